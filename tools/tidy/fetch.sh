#!/usr/bin/env bash
# Puts the pinned clang-tidy into $MANA_HOME/tools/clang-tidy-VERSION, unless it is there, and prints its path.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^clang-tidy==\([^ ]*\).*/\1/p' "$here/requirements.txt")
folder=${MANA_HOME:-$HOME/.cache/mana}/tools/clang-tidy-$version
program=$folder/clang_tidy/data/bin/clang-tidy

if [[ ! -x $program ]]; then
  mkdir -p "$(dirname "$folder")"
  temporary=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$temporary"' EXIT
  python3 -m pip install --quiet --no-deps --require-hashes --only-binary :all: --requirement "$here/requirements.txt" \
    --target "$temporary" --disable-pip-version-check --root-user-action ignore >&2
  rm -rf "$folder"
  chmod 755 "$temporary"
  mv --no-target-directory "$temporary" "$folder"
fi
echo "$program"
