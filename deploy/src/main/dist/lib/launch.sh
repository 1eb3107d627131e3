# Sourced by the programs in bin/: finds a JDK 25 and becomes the JVM. POSIX sh.
#
#   launch PROGRAM MODULE "JVM OPTIONS" ARGUMENTS...
#
# JAVA_HOME, the java on the PATH and the usual places are tried in this order; a JVM is never started just to ask
# for its version, since every JDK says it in its release file.

sluice_home=$(dirname "$(dirname "$(readlink -f "$0")")")

# Prints the feature version of the JDK in directory $1, nothing if it is not one.
java_feature() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  while IFS= read -r java_line; do
    case $java_line in
      JAVA_VERSION=*)
        java_line=${java_line#*\"}
        java_line=${java_line%%[!0-9]*}
        echo "$java_line"
        return 0 ;;
    esac
  done < "$1/release"
}

# Sets java_home to a JDK of 25 or newer; the first that fits wins.
find_java() {
  path_java=$(command -v java 2>/dev/null) || path_java=
  [ -z "$path_java" ] || path_java=$(readlink -f "$path_java" 2>/dev/null || echo "$path_java")
  for java_home in ${JAVA_HOME:+"$JAVA_HOME"} ${path_java:+"${path_java%/bin/java}"} \
      /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* "$HOME"/.sdkman/candidates/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    feature=$(java_feature "$java_home")
    if [ "${feature:-0}" -ge 25 ]; then
      return 0
    fi
  done
  echo "sluice: no JDK 25 or newer found (looked at JAVA_HOME, PATH, /usr/lib/jvm); install one, such as Temurin 25, or set JAVA_HOME" >&2
  exit 1
}

launch() {
  program=$1
  jar=$(echo "$sluice_home/lib/sluice-$2"-[0-9]*.jar)
  options=$3
  shift 3
  find_java
  aot "$program" "$jar" "$options"
  # Word splitting of the options is meant.
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -XX:+UseCompactObjectHeaders $options $aot_options ${SLUICE_JAVA_OPTS-} -jar "$jar" "$@"
}

# Sets aot_options to use the AOT cache of this program if there is one; else has one made in the background, so that
# a start never waits for it. A cache belongs to one JDK build and one set of jars: its name says both, and the JVM
# ignores one that does not fit. SLUICE_AOT=off turns it off.
aot() {
  aot_options=
  [ "${SLUICE_AOT-on}" != off ] || return 0
  cache_home=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  [ "$cache_home" != /.cache ] || return 0
  cache_key=$( { cat "$java_home/release"; ls -ln "$sluice_home/lib"; } 2>/dev/null | cksum)
  cache=$cache_home/sluice/$1-${cache_key%% *}.aot
  if [ -f "$cache" ]; then
    # What the JVM has to say of its cache goes to stderr, never between the program's output.
    aot_options="-XX:AOTCache=$cache -Xlog:disable -Xlog:all=error:stderr"
    return 0
  fi
  mkdir -p "$cache_home/sluice" 2>/dev/null || return 0
  # The directory is the lock: who makes it trains. One whose training failed stays for an hour, so that a start does
  # not try again each time.
  find "$cache.lock" -maxdepth 0 -mmin +60 -exec rm -rf {} \; 2>/dev/null
  mkdir "$cache.lock" 2>/dev/null || return 0
  (
    trap '' HUP
    # shellcheck disable=SC2086
    set -- "$1" nice -n 19 "$java_home/bin/java" --enable-native-access=ALL-UNNAMED \
      --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders $3 \
      -XX:AOTCacheOutput="$cache.lock/cache" -jar "$2"
    shift
    train "$cache.lock" "$@"
    if [ -s "$cache.lock/cache" ]; then
      rm -f "${cache%-*}-"*.aot
      mv "$cache.lock/cache" "$cache"
      rm -rf "$cache.lock"
    fi
  ) </dev/null >/dev/null 2>&1 &
}

# What a daemon's training is: it starts, with everything it writes below directory $1, and ends once it is ready.
train_daemon() {
  ready=$1/ready
  shift
  "$@" --ready-file "$ready" &
  trained=$!
  tries=300
  while [ ! -e "$ready" ] && [ $tries -gt 0 ] && kill -0 $trained 2>/dev/null; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill $trained 2>/dev/null
  wait $trained
}
