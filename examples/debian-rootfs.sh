#!/usr/bin/env bash
# Makes a small Debian root image (shell, coreutils, perl) for `spore run --rootfs`.
#
#   sudo examples/debian-rootfs.sh OUT.squashfs|OUT.ext4|OUT.erofs [PACKAGE...]
#
# The packages come from the apt sources this machine uses itself. PACKAGEs are added to Debian's
# essential set. Exit: 0 done, 1 failed, 2 wrong usage, 69 something to install or grant.
set -euo pipefail
export LC_ALL=C

die() {
  local code=$1
  shift
  printf 'debian-rootfs: %s\n' "$*" >&2
  exit "$code"
}

usage='usage: debian-rootfs.sh OUT.squashfs|OUT.ext4|OUT.erofs [PACKAGE...]'
(($# >= 1)) || die 2 "$usage"
readonly out=$1
shift
packages=(perl-base "$@")

case $out in
  *.squashfs) tool=mksquashfs package=squashfs-tools ;;
  *.ext4) tool=mkfs.ext4 package=e2fsprogs ;;
  *.erofs) tool=mkfs.erofs package=erofs-utils ;;
  *) die 2 "$out: the ending names the format. $usage" ;;
esac
PATH=$PATH:/usr/sbin:/sbin
[[ $(id -u) == 0 ]] || die 69 "needs root, to give files in the image their owners: run it with sudo"
missing=()
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
command -v "$tool" >/dev/null || missing+=("$package")
((${#missing[@]} == 0)) || die 69 "missing programs: run 'apt-get install ${missing[*]}'"

# Sources of other vendors would bring their keys and priorities along: Debian's own suffice.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
[[ -n $codename ]] || die 69 "/etc/os-release names no VERSION_CODENAME: this needs a Debian host"
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  if [[ -f $file ]] && grep -Eqs "^[^#]*\b$codename\b" "$file"; then
    sources+=("$file")
  fi
done
((${#sources[@]} > 0)) || die 69 "no apt source for $codename under /etc/apt"

work=$(mktemp -d "${TMPDIR:-/tmp}/debian-rootfs.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
# shellcheck disable=SC2016 # the hook's $1 is for the shell that mmdebstrap starts
mmdebstrap --mode=root --variant=essential --format=directory \
  --include="$(IFS=,; printf '%s' "${packages[*]}")" \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*' \
  "" "$root" "${sources[@]}" || die 1 "mmdebstrap failed (its reason is above)"

# A half-written image must not carry the name of a whole one.
part=$(mktemp "$out.XXXXXX")
trap 'rm -rf "$work" "$part"' EXIT
case $out in
  *.squashfs)
    # LZ4: the guest decompresses, and on a slow host that is what a start waits for.
    mksquashfs "$root" "$part" -noappend -comp lz4 -Xhc -quiet -no-progress
    ;;
  *.ext4)
    used_mib=$(du -sm "$root" | cut -f1)
    truncate -s "$((used_mib * 5 / 4 + 64))M" "$part"
    mkfs.ext4 -q -F -L rootfs -d "$root" "$part"
    ;;
  *.erofs) mkfs.erofs --quiet "$part" "$root" ;;
esac
chmod 0644 "$part"
sync "$part"
mv "$part" "$out"
printf '%s: %s MiB\n' "$out" "$(du -m "$out" | cut -f1)"
