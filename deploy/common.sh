# Shared by the scripts of this folder (sourced, not run): finding and installing what they need.

say() { echo "${0##*/}: $*" >&2; }
die() { say "$*"; exit 1; }

JBT_ROOT=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
JBT_DIST=$JBT_ROOT/deploy/target/jbt
ARCH=$(uname -m)

# install_packages PACKAGE...: by apt, without recommendations; refreshes the lists only if need be.
install_packages() {
  [ "$(id -u)" = 0 ] || die "missing: $* (run as root to have them installed)"
  command -v apt-get >/dev/null || die "missing: $* (no apt-get here: install them by hand)"
  say "installing $*"
  local apt=(apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  export DEBIAN_FRONTEND=noninteractive
  { "${apt[@]}" install --no-install-recommends "$@" ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; }
  } >/dev/null </dev/null || die "cannot install $*"
}

# need COMMAND=PACKAGE...: installs the packages of the commands that are missing.
need() {
  local pair missing=()
  for pair; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# find_jdk: sets and exports JAVA_HOME to a JDK 25 or later: the one it names already, or the first
# below /usr/lib/jvm, or the distribution's package.
find_jdk() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if is_jdk "$home"; then export JAVA_HOME=$home; return; fi
  done
  if [ -n "$(apt-cache --quiet=0 search --names-only '^openjdk-25-jdk-headless$' 2>/dev/null)" ]; then
    install_packages openjdk-25-jdk-headless
    for home in /usr/lib/jvm/*; do
      if is_jdk "$home"; then export JAVA_HOME=$home; return; fi
    done
  fi
  die "no JDK 25 below /usr/lib/jvm, and this distribution has no openjdk-25-jdk-headless:" \
    "unpack a JDK 25 there, or set JAVA_HOME"
}
is_jdk() {
  local version
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/jlink" ] && [ -f "$1/release" ] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${version:-0}" -ge 25 ]
}

# run_maven ARGS...: with the JDK found; says no more than warnings.
run_maven() {
  need mvn=maven
  (cd "$JBT_ROOT" && MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS-}" \
    mvn -B -ntp -Dstyle.color=never -Dorg.slf4j.simpleLogger.defaultLogLevel=warn "$@")
}
