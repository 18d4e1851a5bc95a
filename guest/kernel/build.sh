#!/usr/bin/env bash
# Builds the guest kernel from the distribution's kernel source package, once per machine.
#
#   build.sh [--source TARBALL] [--output DIR] [--jobs N]   build unless DIR has it already
#   build.sh [--source TARBALL] --key                       print the content key and stop
#
# DIR defaults to ${XDG_CACHE_HOME:-$HOME/.cache}/spore/kernels. The kernel appears as
# DIR/KEY/vmlinux, whole or not at all, beside config, System.map and kernel.json.
# Stdout is for programs: lines "phase N/M TEXT", then "result PATH". A failed build leaves its
# log at DIR/build.log and says so.
# Exit: 0 done, 2 wrong usage, 22 source or configuration unusable, 69 something to install.
set -euo pipefail
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL CROSS_COMPILE ARCH KCONFIG_CONFIG KCONFIG_ALLCONFIG

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly source_package=linux-source-6.1
readonly phases=5
phase_number=0
output=${XDG_CACHE_HOME:-${HOME:?set HOME, or pass --output DIR}/.cache}/spore/kernels
tarball=
jobs=$(nproc)
key_only=false

die() {
  local code=$1
  shift
  printf 'kernel build: %s\n' "$*" >&2
  exit "$code"
}

phase() {
  phase_number=$((phase_number + 1))
  printf 'phase %d/%d %s\n' "$phase_number" "$phases" "$*"
}

parse_arguments() {
  while (($#)); do
    case $1 in
      --key) key_only=true ;;
      --source | --output | --jobs)
        (($# >= 2)) || die 2 "$1 needs a value"
        case $1 in
          --source) tarball=$2 ;;
          --output) output=$2 ;;
          --jobs) jobs=$2 ;;
        esac
        shift
        ;;
      *) die 2 "unknown argument $1 (known: --source TARBALL, --output DIR, --jobs N, --key)" ;;
    esac
    shift
  done
  [[ $jobs =~ ^[1-9][0-9]*$ ]] || die 2 "--jobs $jobs: expected a positive number"
}

# The source is named by what the package manager says it is and by its content.
locate_source() {
  source_version=unpackaged
  if [[ -z $tarball ]]; then
    tarball=/usr/src/$source_package.tar.xz
    [[ -f $tarball ]] ||
      die 69 "$tarball not found: run 'apt-get install $source_package', or pass --source TARBALL"
    source_version=$(dpkg-query -W -f '${Version}' "$source_package" 2>/dev/null || echo unpackaged)
  fi
  [[ -f $tarball && -r $tarball ]] || die 22 "source $tarball: not a readable file"
}

# Hashing 140 MB takes most of a second, so the digest is remembered by path, size and mtime.
source_sha256() {
  local memo=$output/.source-sha256 identity line
  identity="$(stat -c '%s %.9Y' "$tarball") $(realpath "$tarball")"
  if [[ -r $memo ]] && line=$(<"$memo") && [[ ${line#* } == "$identity" ]]; then
    printf '%s\n' "${line%% *}"
    return
  fi
  line=$(sha256sum <"$tarball")
  line=${line%% *}
  if mkdir -p "$output" 2>/dev/null && printf '%s %s\n' "$line" "$identity" >"$memo.$$" 2>/dev/null; then
    mv -f "$memo.$$" "$memo"
  fi
  printf '%s\n' "$line"
}

content_key() {
  {
    printf 'kernel 1\n%s\n%s\n' "$source_version" "$(source_sha256)"
    cd "$here" && sha256sum build.sh spore.config hunks/*
  } | sha256sum | cut -d' ' -f1
}

require_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null || return 0
  while read -r package; do
    [[ $package == "$source_package" ]] && continue
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done <"$here/packages.txt"
  ((${#missing[@]} == 0)) || die 69 "missing packages: run 'apt-get install ${missing[*]}'"
}

unpack() {
  tar -xf "$tarball" -C "$staging" --strip-components=1 --one-top-level=linux ||
    die 22 "source $tarball: cannot be unpacked (truncated, or the disk is full)"
  [[ -f $staging/linux/Kbuild ]] || die 22 "source $tarball: not a Linux source tree"
}

# Each place is a line that must be there exactly once: a source that moved on is refused
# rather than built with our lines in the wrong function.
insert_hunks() {
  local file anchor lines count
  while IFS='|' read -r file anchor lines; do
    [[ -n $file && $file != \#* ]] || continue
    count=$(grep -cxF -- "$anchor" "$staging/linux/$file" || true)
    [[ $count == 1 ]] ||
      die 22 "$file: the line '$anchor' occurs $count times, needs to occur once for $lines"
    awk -v anchor="$anchor" -v lines="$here/hunks/$lines" '
      $0 == anchor { while ((getline line < lines) > 0) print line }
      { print }' "$staging/linux/$file" >"$staging/hunk"
    cat "$staging/hunk" >"$staging/linux/$file"
  done <"$here/hunks/places"
}

run_make() {
  make -C "$staging/linux" -j"$jobs" "$@" >>"$output/build.log" 2>&1 && return
  tail -n 15 "$output/build.log" >&2
  die 22 "make $* failed; the whole log is $output/build.log"
}

# kconfig drops symbols whose dependencies are unmet without a word, and turns defaults on.
check_configuration() {
  local line symbol wrong=()
  while IFS= read -r line; do
    case $line in
      CONFIG_*)
        grep -qxF -- "$line" "$staging/linux/.config" ||
          wrong+=("wanted  $line, have $(grep -E "^(# )?${line%%=*}[ =]" "$staging/linux/.config" || echo nothing)")
        ;;
      '# CONFIG_'*' is not set')
        symbol=${line#\# }
        symbol=${symbol% is not set}
        ! grep -q "^$symbol=" "$staging/linux/.config" ||
          wrong+=("refused $(grep "^$symbol=" "$staging/linux/.config")")
        ;;
    esac
  done <"$here/spore.config"
  ((${#wrong[@]} == 0)) || {
    printf '  %s\n' "${wrong[@]}" >&2
    die 22 "configuration differs from spore.config in ${#wrong[@]} symbols (listed above)"
  }
}

configure() {
  run_make tinyconfig
  cat "$here/spore.config" >>"$staging/linux/.config"
  run_make olddefconfig
  check_configuration
}

describe() {
  local release digest
  release=$(<"$staging/linux/include/config/kernel.release")
  digest=$(sha256sum <"$staging/$key/vmlinux")
  printf '{"key":"%s","release":"%s","sourceVersion":"%s","sourceSha256":"%s","vmlinuxSha256":"%s","vmlinuxBytes":%d}\n' \
    "$key" "$release" "$source_version" "$(source_sha256)" "${digest%% *}" \
    "$(stat -c %s "$staging/$key/vmlinux")"
}

publish() {
  mkdir "$staging/$key"
  strip --strip-all -o "$staging/$key/vmlinux" "$staging/linux/vmlinux"
  cp "$staging/linux/System.map" "$staging/$key/System.map"
  cp "$staging/linux/.config" "$staging/$key/config"
  describe >"$staging/$key/kernel.json"
  sync "$staging/$key"/* "$staging/$key"
  mv -T "$staging/$key" "$output/$key"
  sync "$output"
}

main() {
  parse_arguments "$@"
  locate_source
  key=$(content_key)
  if $key_only; then
    printf '%s\n' "$key"
    return
  fi
  mkdir -p "$output"
  # One build at a time per cache; whoever waited finds the other's result.
  exec 9>"$output/.lock"
  flock 9
  # What a killed build left; nobody else is building now.
  rm -rf "$output"/.staging.*
  if [[ ! -f $output/$key/vmlinux ]]; then
    require_packages
    staging=$(mktemp -d "$output/.staging.XXXXXX")
    trap 'rm -rf "$staging"' EXIT
    : >"$output/build.log"
    phase "unpack $source_package"
    unpack
    phase "insert hunks"
    insert_hunks
    phase "configure"
    configure
    phase "compile"
    export KBUILD_BUILD_USER=spore KBUILD_BUILD_HOST=spore
    export KBUILD_BUILD_TIMESTAMP='Thu Jan 1 00:00:00 UTC 1970' KBUILD_BUILD_VERSION=1
    # Start-up code is compiled for size, where memset and memcpy become REP STOSB and REP MOVSB:
    # one byte per step on hosts that interpret the kernel.
    run_make KCFLAGS=-mstringop-strategy=libcall vmlinux
    phase "publish"
    publish
    rm -f "$output/build.log"
  fi
  printf 'result %s\n' "$output/$key/vmlinux"
}

main "$@"
