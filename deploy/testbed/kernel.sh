# Sourced by vm: fetches a stock Debian kernel and makes it ready for qemu. Nothing is installed.

KERNELS=${JBT_KERNELS:-/var/cache/jbt-kernels}

# get_kernel SERIES: sets kernel to a folder with vmlinux and initrd; makes it the first time.
# Remove the folder to take a newer kernel of the series.
get_kernel() {
  kernel=$KERNELS/$1
  mkdir -p "$KERNELS"
  (
    flock -w 300 9 || die "$KERNELS is locked by another process"
    if [ ! -f "$kernel/vmlinux" ]; then unpack_kernel "$1"; fi
    for source in kernel.sh first; do
      if [ ! "$kernel/initrd" -nt "$TESTBED/$source" ]; then make_initrd; break; fi
    done
  ) 9>"$KERNELS/lock" || exit
}

unpack_kernel() { # SERIES
  local meta=linux-image-$1-cloud-$DEB_ARCH work
  if [ "$1" = 6.1 ]; then meta=linux-image-cloud-$DEB_ARCH; fi # Debian 12's own
  work=$(mktemp -d)
  download_kernel "$meta" "$work" || { apt-get -qq update >&2; download_kernel "$meta" "$work"; } ||
    die "apt has no kernel behind $meta"
  dpkg-deb -x "$work"/*.deb "$work/root"
  mkdir -p "$kernel"
  rm -rf "$kernel/modules"
  mv "$work"/root/lib/modules/* "$kernel/modules"
  extract_vmlinux "$work"/root/boot/vmlinuz-* "$kernel/vmlinux.new" || die "no kernel in $(basename "$work"/*.deb)"
  mv "$kernel/vmlinux.new" "$kernel/vmlinux"
  say "took $(basename "$work"/*.deb .deb)"
  rm -rf "$work"
}

download_kernel() { # META FOLDER
  local package
  package=$(apt-cache depends "$1" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  [ -n "$package" ] && (cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2)
}

# extract_vmlinux VMLINUZ OUT: the ELF kernel inside. qemu starts it directly (PVH): no boot loader
# and no decompression under emulation, which are most of a boot otherwise.
extract_vmlinux() {
  local magic offset command
  while read -r magic command; do
    for offset in $(LC_ALL=C grep -abo -P "$magic" "$1" | cut -d: -f1); do
      tail -c "+$((offset + 1))" "$1" | $command >"$2" 2>/dev/null || true # data follows the kernel
      if [ "$(head -c 4 "$2" | tail -c 3)" = ELF ]; then return 0; fi
    done
  done <<'FORMATS'
\x28\xb5\x2f\xfd zstd -dcq
\x02\x21\x4c\x18 lz4 -dcq
\xfd7zXZ\x00 xz -dcq --single-stream
FORMATS
  return 1
}

# The initial root: busybox, the modules that reach the shared root, and the script `first`.
make_initrd() {
  local root load=() file n=10
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,proc,sys,dev,host,memory,root,modules}
  cp "$(command -v busybox)" "$root/bin/busybox"
  for name in virtio_pci virtiofs overlay virtio_net virtio_console veth bridge; do add_module "$name"; done
  for file in "${load[@]}"; do # numbered, so that a glob gives the order
    module_data "$file" >"$root/modules/$n-$(basename "${file%.xz}")"
    n=$((n + 1))
  done
  install -m 755 "$TESTBED/first" "$root/init"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$kernel/initrd.new"
  mv "$kernel/initrd.new" "$kernel/initrd"
  rm -rf "$root"
}

# add_module NAME: appends its file to load, after those it depends on. Built-in ones have no file.
add_module() {
  local file needs name
  file=$(find "$kernel/modules" -name "$1.ko" -o -name "$1.ko.xz" | head -n 1)
  if [ -z "$file" ] || [[ " ${load[*]} " == *" $file "* ]]; then return 0; fi
  needs=$(module_data "$file" | tr '\0' '\n' | sed -n 's/^depends=//p' | head -n 1)
  for name in ${needs//,/ }; do add_module "$name"; done
  load+=("$file")
}

module_data() { # FILE
  case $1 in
    *.xz) xz -dc "$1" ;;
    *) cat "$1" ;;
  esac
}
