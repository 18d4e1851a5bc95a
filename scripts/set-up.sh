# shellcheck shell=bash
# Sourced by ../spore when something is missing: builds it, once, with a progress line.
# Uses root, cache, stamp; sets java, dist, kernel, initrd. Killed at any point it leaves the old
# result or the new one: everything is made in a staging place and renamed.

: "${root:?}" "${cache:?}" "${stamp:?}"
readonly log_dir=$cache/log
readonly initrd_packages=(gcc make musl-tools busybox-static binutils)
readonly test_packages=(gcc libc6-dev make clang shellcheck busybox-static e2fsprogs erofs-utils squashfs-tools)

say() { printf 'spore: %s\n' "$*" >&2; }

die() {
  local status=$1
  shift
  say "$@"
  exit "$status"
}

# step NAME TITLE COMMAND... : runs it with output to the log NAME, a moving line on a terminal,
# plain lines elsewhere. On failure shows the end of the log and ends with COMMAND's status.
step() {
  local title=$2 log=$log_dir/$1.log started=$SECONDS child status=0
  shift 2
  [[ -t 2 ]] || say "$title (log: $log)"
  # A process group of its own: an interrupt ends all of it, and nothing of it reads our input.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  # shellcheck disable=SC2064
  trap "kill -TERM -- -$child 2>/dev/null; exit 130" INT TERM HUP
  while kill -0 "$child" 2>/dev/null; do
    if [[ -t 2 ]]; then
      local phase
      phase=$(grep '^phase ' "$log" | tail -n 1) || phase=''
      printf '\r\033[Kspore: %s%s... %d s' "$title" "${phase:+, ${phase#phase }}" $((SECONDS - started)) >&2
    fi
    sleep 0.2
  done
  wait "$child" || status=$?
  trap - INT TERM HUP
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  if ((status != 0)); then
    tail -n 25 "$log" >&2
    die "$status" "$title: failed with status $status (the whole log: $log)"
  fi
  say "$title: done in $((SECONDS - started)) s"
}

# The path that a build script printed as its result.
result_of() { sed -n 's/^result //p' "$log_dir/$1.log" | tail -n 1; }

is_jdk_25() {
  [[ -x $1/bin/java && -x $1/bin/javac && -f $1/release ]] &&
    grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Looks where a JDK 25 may be; sets java.
find_java() {
  local home on_path
  on_path=$(command -v javac || true)
  [[ -z $on_path ]] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* "${HOME:-}"/.jdks/* "${HOME:-}"/.sdkman/candidates/java/*; do
    if [[ -n $home ]] && is_jdk_25 "$home"; then
      java=$home/bin/java
      return 0
    fi
  done
  return 1
}

has_candidate() { apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [0-9]'; }

require_java() {
  local package
  find_java && return
  if command -v apt-cache >/dev/null; then
    for package in openjdk-25-jdk-headless temurin-25-jdk; do
      if has_candidate "$package"; then
        require_packages "$package"
        find_java && return
      fi
    done
  fi
  die 69 "JDK 25 not found: install Debian's openjdk-25-jdk-headless or Eclipse Temurin 25 (adoptium.net), or set JAVA_HOME to one"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" ||
    { apt-get update && apt-get install -y --no-install-recommends "$@"; }
}

# Installs what is missing of the packages named, or says the one command that does.
require_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null || return 0
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID == 0)); then
    step packages "installing ${missing[*]}" apt_install "${missing[@]}"
  else
    die 69 "packages are missing, run: sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# The key of the jars: every source that goes into them, what compiles them and how they start.
jars_key() {
  local version
  version=$(grep '^JAVA_RUNTIME_VERSION=' "${java%/bin/java}/release" || true)
  (
    cd "$root" || exit
    printf 'jars 1\n%s\n' "$version"
    find pom.xml scripts/java-flags.sh {kvm-binding,chunk-cas,spore-format,virtio-devices,vmm-core,plugin-vm,micro-guest,plugin-guest,spore-cli}/{pom.xml,src/main} \
      -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -c 1-32
}

maven() {
  JAVA_HOME=${java%/bin/java} mvn -B -ntp -f "$root/pom.xml" -pl spore-cli -am \
    -Dmaven.test.skip=true -Dspotless.check.skip=true "$@" package
}

# Offline first: with a filled repository nothing needs asking. Then whatever is missing is fetched.
compile_jars() {
  # Jars of dependencies that are none any more would stay there.
  rm -rf "$root/spore-cli/target/lib"
  maven -q -o || maven
}

build_jars() {
  local staging=$cache/dist/.staging.$$
  # The compiler makes what plugins run on.
  require_packages maven gcc binutils
  step jars "compiling Spore" compile_jars
  rm -rf "$cache"/dist/.staging.*
  mkdir -p "$staging/lib"
  cp "$root"/spore-cli/target/lib/*.jar "$root"/spore-cli/target/spore-cli-*.jar "$staging/lib"
  sync "$staging"/lib/* "$staging/lib"
  mv -T "$staging" "$dist"
  # Of sources long gone. A program that still runs from there keeps its files open.
  find "$cache/dist" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} +
}

build_kernel() {
  local packages
  if ! kernel=$(built kernels vmlinux "$root/guest/kernel/build.sh"); then
    mapfile -t packages <"$root/guest/kernel/packages.txt"
    require_packages "${packages[@]}"
    step kernel "building the guest kernel (once, some minutes)" "$root/guest/kernel/build.sh"
    kernel=$(result_of kernel)
  fi
}

build_initrd() {
  if ! initrd=$(built initrds initrd.cpio "$root/guest/initrd/build.sh"); then
    require_packages "${initrd_packages[@]}"
    step initrd "building the initrd" "$root/guest/initrd/build.sh"
    initrd=$(result_of initrd)
  fi
}

# built DIRECTORY FILE SCRIPT: prints the path of what SCRIPT would build, if it is there.
built() {
  local key
  key=$("$3" --key 2>/dev/null) && [[ -f $cache/$1/$key/$2 ]] && printf '%s\n' "$cache/$1/$key/$2"
}

# A training run up to the first guest instruction; a start without the cache only takes longer,
# so a failure, or a run that does not end, is noted in the log and tried again at the next set-up.
train() {
  # shellcheck source=scripts/java-flags.sh
  source "$root/scripts/java-flags.sh"
  timeout -k 5 120 "$java" "${java_flags[@]}" -XX:AOTCacheOutput="$dist/.spore.aot.$$" -Xlog:aot=info \
    -Dspore.home="$root" -Dspore.kernel="$kernel" -Dspore.initrd="$initrd" \
    --module-path "$dist/lib" --module dev.spore.cli/dev.spore.cli.Main warm-up &&
    mv -f "$dist/.spore.aot.$$" "$dist/spore.aot"
}

train_if_possible() {
  train || printf 'no AOT cache was made\n'
}

# The same for spore plugin, which needs no machine. An empty cache stands for one that cannot be
# made: the JVM leaves it alone.
train_plugin() {
  # shellcheck source=scripts/java-flags.sh
  source "$root/scripts/java-flags.sh"
  timeout -k 5 120 "$java" "${java_flags[@]}" "${plugin_flags[@]}" \
    -XX:AOTCacheOutput="$dist/.plugin.aot.$$" -Xlog:aot=info \
    --module-path "$dist/lib" --module dev.spore.cli/dev.spore.cli.Main warm-up plugin ||
    : >"$dist/.plugin.aot.$$"
  mv -f "$dist/.plugin.aot.$$" "$dist/plugin.aot"
}

write_stamp() {
  printf '%s\n' "$java" "$dist" "$kernel" "$initrd" >"$stamp.$$"
  # As old as the start of this set-up: what changed while it ran counts as newer.
  touch -d "@$1" "$stamp.$$"
  mv -f "$stamp.$$" "$stamp"
}

set_up() {
  local needs=$1
  if ! mkdir -p "$cache"/{dist,launch,log} 2>/dev/null || [[ ! -w $cache ]]; then
    die 73 "$cache cannot be written; set XDG_CACHE_HOME to a directory that can"
  fi
  # Children inherit the lock: when only this script is killed, the next one waits for them.
  exec {lock}>"$cache/lock"
  if ! flock -n "$lock"; then
    say "waiting for another set-up to end"
    flock "$lock"
  fi
  local began=$EPOCHREALTIME
  # What an older stamp said of them is not so any more, and may not be needed now.
  kernel='' initrd=''
  require_java
  dist=$cache/dist/$(jars_key)
  [[ -d $dist/lib ]] || build_jars
  [[ $needs != *tests* ]] || require_packages "${test_packages[@]}"
  [[ $needs != *kernel* ]] || build_kernel
  [[ $needs != *initrd* ]] || build_initrd
  if [[ $needs == *initrd* && ! -f $dist/spore.aot ]]; then
    step train "preparing a fast start" train_if_possible
  fi
  if [[ $needs == *plugin* && ! -f $dist/plugin.aot ]]; then
    step train-plugin "preparing a fast start" train_plugin
  fi
  write_stamp "${began/,/.}"
  exec {lock}>&-
}
