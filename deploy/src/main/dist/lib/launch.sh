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
# ignores one that does not fit.
aot() {
  aot_options=
  [ "${SLUICE_AOT-on}" != off ] || return 0
  cache_home=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  [ "$cache_home" != /.cache ] || return 0
  cache_key=$( { cat "$java_home/release"; ls -ln "$sluice_home/lib"; } 2>/dev/null | cksum)
  cache=$cache_home/sluice/$1-${cache_key%% *}.aot
  if [ -f "$cache" ]; then
    aot_options="-XX:AOTCache=$cache -Xlog:disable -Xlog:all=error:stderr"
    return 0
  fi
  mkdir -p "$cache_home/sluice" 2>/dev/null || return 0
  # The directory is the lock: who makes it trains. One whose training failed stays for an hour, so that a start does
  # not try again each time.
  find "$cache.lock" -maxdepth 0 -mmin +60 -exec rmdir {} \; 2>/dev/null
  mkdir "$cache.lock" 2>/dev/null || return 0
  (
    trap 'rm -f "$cache.tmp"' EXIT
    # shellcheck disable=SC2086
    if nice -n 19 "$java_home/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -XX:+UseCompactObjectHeaders $3 -XX:AOTCacheOutput="$cache.tmp" -jar "$2" --train; then
      rm -f "$cache_home/sluice/$1-"*.aot
      mv "$cache.tmp" "$cache"
      rmdir "$cache.lock"
    fi
  ) </dev/null >/dev/null 2>&1 &
}
