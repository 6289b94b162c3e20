#!/usr/bin/env bash
# tools/setup.sh on machines that lack something: it must name it, change nothing and fail.
set -euo pipefail

source "$1/tools/setup.sh"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/tools"
cat >"$root/tools/packages.txt" <<'LIST'
# a comment
bash       build  command:bash                     is there
mana-none  build  command:no-such-command-as-this  is needed for this test
mana-late  test   header:no/such/header.h          is needed later
mana-some  lint,fuzz  file:/no/such/file           is needed by some
LIST

fail() { echo "setup_test.sh: $*" >&2; exit 1; }
expect() { [[ $output == *"$1"* ]] || fail "expected '$1' in: $output"; }
refuse() { [[ $output != *"$1"* ]] || fail "did not expect '$1' in: $output"; }

# Stand-ins for what must not run here, and for who asks.
apt-get() { echo "apt-get $*"; }
id() { echo "$user"; }

user=1000
os_release=$root/debian
printf 'ID=debian\nVERSION_ID="12"\n' >"$os_release"
! output=$(install_packages build 2>&1) || fail "a missing package without root must fail"
expect "install --no-install-recommends mana-none"
expect "Nothing was changed"
refuse "mana-late"
refuse "bash"

! output=$(install_packages build test 2>&1) || fail "missing packages without root must fail"
expect "mana-none mana-late"
refuse "mana-some"

! output=$(install_packages build fuzz 2>&1) || fail "missing packages without root must fail"
expect "mana-none mana-some"
refuse "mana-late"

os_release=$root/other
printf 'ID=other\nVERSION_ID="1"\n' >"$os_release"
user=0
! output=$(install_packages build 2>&1) || fail "another system must fail"
expect "mana-none: is needed for this test"
expect "Nothing was changed"

os_release=$root/debian
output=$(install_packages build 2>&1) || fail "root on Debian 12 must install"
expect "Installing mana-none"

sed -i /mana-none/d "$root/tools/packages.txt"
output=$(install_packages build 2>&1) || fail "nothing missing must pass"
[[ -z $output ]] || fail "nothing missing must say nothing, but said: $output"
