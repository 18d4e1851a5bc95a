#!/usr/bin/env bash
# Packs the initrd: the agent as /init, busybox, and the few directories and files both need.
#
#   build.sh [--agent FILE] [--busybox FILE] [--output DIR]   pack unless DIR has it already
#   build.sh [--agent FILE] [--busybox FILE] --key            print the content key and stop
#
# Without --agent the agent is built from the sources beside this directory. DIR defaults to
# ${XDG_CACHE_HOME:-$HOME/.cache}/spore/initrds; the archive appears as DIR/KEY/initrd.cpio, whole
# or not at all. Equal inputs give equal bytes: newc with times 0, owner root, sorted, uncompressed
# (the guest would have to unpack it). Stdout: lines "phase N/M TEXT", then "result PATH".
# Exit: 0 done, 2 wrong usage, 22 input unusable, 69 something to install.
set -euo pipefail
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly agent_sources=$here/../agent
output=${XDG_CACHE_HOME:-${HOME:?set HOME, or pass --output DIR}/.cache}/spore/initrds
# busybox's shell runs every applet without any file for it; these are for programs that are started
# by path. Each costs an interpreting host some 15 ms of boot. Sorted.
readonly links=('[' awk base64 cat chmod chown cp cut date dd df echo env expr false find grep gzip
  head hostname id ip kill ln ls mkdir mount mv nproc poweroff printf ps pwd reboot rm sed seq sh
  sha256sum sleep sort stat stty sync tail tar test touch tr true umount uname wc xargs yes)
agent=
busybox=
key_only=false
inode=0

die() {
  local code=$1
  shift
  printf 'initrd build: %s\n' "$*" >&2
  exit "$code"
}

parse_arguments() {
  while (($#)); do
    case $1 in
      --key) key_only=true ;;
      --agent | --busybox | --output)
        (($# >= 2)) || die 2 "$1 needs a value"
        case $1 in
          --agent) agent=$2 ;;
          --busybox) busybox=$2 ;;
          --output) output=$2 ;;
        esac
        shift
        ;;
      *) die 2 "unknown argument $1 (known: --agent FILE, --busybox FILE, --output DIR, --key)" ;;
    esac
    shift
  done
}

locate_inputs() {
  [[ -z $agent || -r $agent ]] || die 22 "agent $agent: not a readable file"
  [[ -n $agent || -f $agent_sources/Makefile ]] || die 22 "no agent sources in $agent_sources: pass --agent FILE"
  if [[ -z $busybox ]]; then
    busybox=$(command -v busybox) || die 69 "busybox not found: run 'apt-get install busybox-static'"
  fi
  [[ -r $busybox ]] || die 22 "busybox $busybox: not a readable file"
  # Inside the initrd there is no dynamic loader.
  ! readelf -lW "$busybox" | grep -q INTERP ||
    die 69 "$busybox is dynamically linked: run 'apt-get install busybox-static'"
  local applets absent
  applets=$("$busybox" --list) || die 22 "busybox $busybox: does not run"
  absent=$(printf '%s\n' "${links[@]}" | grep -vxF -- "$applets" || true)
  [[ -z $absent ]] || die 22 "busybox $busybox: lacks ${absent//$'\n'/ }"
}

# The agent counts by its sources, so that a key costs no compilation.
content_key() {
  {
    printf 'initrd 1\n'
    sha256sum <"$here/build.sh"
    sha256sum <"$busybox"
    if [[ -n $agent ]]; then
      sha256sum <"$agent"
    else
      (cd "$agent_sources" && find . -type f \( -name '*.[ch]' -o -name Makefile \) -print0 | sort -z | xargs -0 sha256sum)
    fi
  } | sha256sum | cut -d' ' -f1
}

# Zero bytes up to the next multiple of four after $1 bytes.
pad() {
  local n=$(((4 - $1 % 4) % 4))
  ((n == 0)) || head -c "$n" /dev/zero
}

# One newc header: NAME MODE SIZE [LINKS [INODE [MAJOR MINOR]]]
header() {
  local name=$1 mode=$2 size=$3 nlink=${4:-1} number=${5:-$((++inode))} major=${6:-0} minor=${7:-0}
  printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
    "$number" "$mode" 0 0 "$nlink" 0 "$size" 0 0 "$major" "$minor" $((${#name} + 1)) 0 "$name"
  pad $((110 + ${#name} + 1))
}

directory() { header "$1" $((0040000 | $2)) 0 2; }

device() { header "$1" $((0020000 | $2)) 0 1 $((++inode)) "$3" "$4"; }

symlink() {
  header "$1" $((0120777)) ${#2}
  printf '%s' "$2"
  pad ${#2}
}

# NAME MODE FILE
file() {
  local size
  size=$(stat -L -c %s "$3")
  header "$1" $((0100000 | $2)) "$size"
  cat "$3"
  pad "$size"
}

# NAME MODE CONTENT
text() {
  header "$1" $((0100000 | $2)) ${#3}
  printf '%s' "$3"
  pad ${#3}
}

archive() {
  local applet
  directory bin 0755
  file bin/busybox 0755 "$busybox"
  for applet in "${links[@]}"; do
    symlink "bin/$applet" busybox
  done
  directory dev 0755
  device dev/console 0600 5 1
  device dev/null 0666 1 3
  directory etc 0755
  text etc/group 0644 $'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n'
  text etc/hosts 0644 $'127.0.0.1 localhost\n::1 localhost\n'
  text etc/passwd 0644 $'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n'
  file init 0755 "$agent"
  directory mnt 0755
  directory proc 0555
  directory root 0700
  directory run 0755
  symlink sbin bin
  directory sys 0555
  directory tmp $((01777))
  directory usr 0755
  symlink usr/bin ../bin
  symlink usr/sbin ../bin
  directory var 0755
  symlink var/run ../run
  symlink var/tmp ../tmp
  header TRAILER!!! 0 0 1 0
}

main() {
  parse_arguments "$@"
  locate_inputs
  key=$(content_key)
  if $key_only; then
    printf '%s\n' "$key"
    return
  fi
  mkdir -p "$output"
  exec 9>"$output/.lock"
  flock 9
  # What a killed build left; nobody else is building now.
  rm -rf "$output"/.staging.*
  if [[ ! -f $output/$key/initrd.cpio ]]; then
    staging=$(mktemp -d "$output/.staging.XXXXXX")
    trap 'rm -rf "$staging"' EXIT
    printf 'phase 1/2 compile agent\n'
    if [[ -z $agent ]]; then
      make -C "$agent_sources" OUT="$staging/agent" >"$staging/log" 2>&1 || {
        cat "$staging/log" >&2
        die 22 "the agent in $agent_sources does not compile (see above)"
      }
      agent=$staging/agent/agent
    fi
    printf 'phase 2/2 pack\n'
    mkdir "$staging/$key"
    archive >"$staging/$key/initrd.cpio"
    sync "$staging/$key/initrd.cpio" "$staging/$key"
    mv -T "$staging/$key" "$output/$key"
    sync "$output"
  fi
  printf 'result %s\n' "$output/$key/initrd.cpio"
}

main "$@"
