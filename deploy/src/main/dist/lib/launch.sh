# Sourced by the programs in bin/: finds a JDK 25 and becomes the JVM. POSIX sh.
#
#   launch PROGRAM MODULE "JVM OPTIONS" ARGUMENTS...
#
# The script that sources this has a function "train DIR COMMAND...": the run of which an AOT cache is made. It adds
# arguments to the command and writes below DIR only.
#
# JAVA_HOME, the java on the PATH and the usual places are tried in this order; a JVM is never started just to ask
# for its version, since every JDK says it in its release file.

common_options="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseCompactObjectHeaders"
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
  exec "$java_home/bin/java" $common_options $options $aot_options ${SLUICE_JAVA_OPTS-} -jar "$jar" "$@"
}

# Sets aot_options to use the AOT cache of this program if there is one; else has one made in the background, so that
# a start never waits for it. A cache belongs to one JDK build, one set of jars in one place and one set of options: its
# name says all of them, and the JVM ignores one that does not fit. SLUICE_AOT=off turns it off; SLUICE_AOT=train makes
# it now, if it is missing, and ends: for installers.
aot() {
  aot_options=
  [ "${SLUICE_AOT-on}" != off ] || return 0
  cache_home=${XDG_CACHE_HOME:-${HOME:-}/.cache}
  [ "$cache_home" != /.cache ] || return 0
  cache_key=$( { cat "$java_home/release"; echo "$2 $common_options $3"; jars; } 2>/dev/null | cksum)
  cache=$cache_home/sluice/$1-${cache_key%% *}.aot
  if [ -f "$cache" ]; then
    # What the JVM has to say goes to stderr, never between the program's output; of a cache it cannot use, nothing.
    aot_options="-XX:AOTCache=$cache -Xlog:disable -Xlog:all=error,aot*=off:stderr"
  elif [ "${SLUICE_AOT-on}" = train ]; then
    make_cache "$@"
  else
    ( trap '' HUP; make_cache "$@" ) </dev/null >/dev/null 2>&1 &
  fi
  [ "${SLUICE_AOT-on}" != train ] || { [ -f "$cache" ]; exit; }
}

# Names, sizes and times of the jars; not every ls knows more than minutes.
jars() { ls -ln --time-style=full-iso "$sluice_home/lib" || ls -ln "$sluice_home/lib"; }

# Makes the cache of program $1 with jar $2 and options $3, unless someone else does. The directory is the lock; one
# whose training failed stays for an hour, so that a start does not try again each time.
make_cache() {
  mkdir -p "$cache_home/sluice" 2>/dev/null || return 0
  find "$cache.lock" -maxdepth 0 -mmin +60 -exec rm -rf {} \; 2>/dev/null
  mkdir "$cache.lock" 2>/dev/null || { echo "sluice: $cache.lock is there: another start makes the cache" >&2; return 0; }
  # shellcheck disable=SC2086
  train "$cache.lock" nice -n 19 "$java_home/bin/java" $common_options $3 -XX:AOTCacheOutput="$cache.lock/cache" -jar "$2" \
    >"$cache.lock/log" 2>&1
  if [ ! -s "$cache.lock/cache" ]; then
    tail -n 5 "$cache.lock/log" >&2
    return 0
  fi
  mv "$cache.lock/cache" "$cache"
  rm -rf "$cache.lock"
  # Those of old versions: nobody has read them for a month.
  find "$cache_home/sluice" -maxdepth 1 -name '*.aot' -atime +30 -exec rm -f {} \; 2>/dev/null
}

# What the training of a daemon is that has none of its own: it starts, with everything it writes below directory $1,
# and ends once it is ready.
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
