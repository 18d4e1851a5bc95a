#!/usr/bin/env bash
# Compiles the interpreter that plugins run on in a micro-guest.
#
#   build.sh FILE    puts it there, from the cache if the same sources were compiled before
#
# The cache is ${XDG_CACHE_HOME:-$HOME/.cache}/spore/interpreters/KEY; the key covers the sources,
# this script and the compiler's version. Exit: 0 done, 2 wrong usage, 69 something to install.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=${1:-}
cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/spore/interpreters

die() {
  local code=$1
  shift
  printf 'plugin interpreter: %s\n' "$*" >&2
  exit "$code"
}

[[ -n $output && $# == 1 ]] || die 2 "usage: build.sh FILE"
for tool in gcc objcopy; do
  command -v "$tool" >/dev/null || die 69 "$tool not found: run 'apt-get install gcc binutils'"
done

# shellcheck disable=SC2054
flags=(-std=gnu17 -O2 -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Werror
  -ffreestanding -fno-strict-aliasing -fno-stack-protector -fno-pic -no-pie -mno-red-zone
  -fno-asynchronous-unwind-tables -ffunction-sections -fcf-protection=none -nostdlib -static
  -Wl,--build-id=none -Wl,-z,norelro)

key=$(
  {
    gcc --version
    cat "$here"/{build.sh,interpreter.c,interpreter.ld,machine.h}
  } | sha256sum | cut -c 1-32
)
mkdir -p "$(dirname "$output")"
if [[ -f $cache/$key ]]; then
  cp "$cache/$key" "$output"
  exit 0
fi
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
gcc "${flags[@]}" -T "$here/interpreter.ld" -o "$staging/elf" "$here/interpreter.c"
objcopy -O binary "$staging/elf" "$staging/bin"
cp "$staging/bin" "$output"
# A cache that cannot be written costs the next build a second.
if mkdir -p "$cache" 2>/dev/null && cp "$staging/bin" "$cache/.$key.$$" 2>/dev/null; then
  mv -f "$cache/.$key.$$" "$cache/$key"
fi
