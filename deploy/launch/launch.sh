# Sourced by the three launchers: what they share. They start no process but the one they become,
# because each would cost more than a tenth of what starting costs in all.
# In: home (the distribution's folder). Out: jvm, common and cache for exec.

# Java takes arguments and names of files as the locale has them: UTF-8 here, be it set or not. What
# Java starts gets the user's own again.
export JBT_LC_ALL="${LC_ALL-}" LC_ALL=C.UTF-8

# Where a stream is closed Java would have one of its own files in its place: a file that can't be
# read, or written, is as good as none.
[ -e /proc/self/fd/0 ] || exec 0>/dev/null
[ -e /proc/self/fd/1 ] || exec 1</dev/null
[ -e /proc/self/fd/2 ] || exec 2</dev/null

jvm=$home/runtime/bin
# By the environment, so that ps shows a command line that can be read.
CLASSPATH=
for jar in "$home"/lib/*.jar; do CLASSPATH=$CLASSPATH:$jar; done
export CLASSPATH=${CLASSPATH#:}

# -XX:-AOT...: no machine code in the caches. It would be for the processor of the build machine, and
# kill the program on one that lacks, say, AVX.
# --enable-native-access and the other: JNA and Netty do what newer Javas warn about.
# What the virtual machine says of itself, as the threads' stacks on SIGQUIT, is not the script's output.
# jdk.tls.namedGroups: otherwise each handshake makes a key of a second kind, too, which no peer asks for.
common="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djdk.tls.namedGroups=x25519
  -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning:stderr
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  -XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching -XX:-AOTStubCaching
  -Djna.boot.library.path=$home/lib -Djna.noclasspath=true -Djna.nosys=true
  -Dio.netty.tryReflectionSetAccessible=false"

# use_cache NAME: sets cache to the option for this cache of classes if it is of exactly these jars.
# The virtual machine does not look: beside other jars it would run the old code. So the name carries
# the hash of the jars and of the launchers, whose options made it, and the jars' and the cache's time
# of change is made from that hash: a jar that somebody put in place has another.
use_cache() {
  cache=
  read -r hash <"$home/lib/hash" || return 0
  file=$home/cache/$1-$hash.aot
  [ -f "$file" ] || return 0
  for jar in "$home"/lib/*.jar; do
    if [ "$jar" -nt "$file" ] || [ "$jar" -ot "$file" ]; then return 0; fi
  done
  cache=-XX:AOTCache=$file
}
