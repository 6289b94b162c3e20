#!/usr/bin/env bash
# What tools/digests computes comes out the same twice, and a digest that is another is named.
set -euo pipefail
digests=$1 mana=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$digests" "$mana" --small >"$folder/first"
[[ $(wc -l <"$folder/first") -ge 7 ]] && ! grep failed "$folder/first"
"$digests" "$mana" --small --against "$folder/first"

sed 's/^\(train.*\t\)./\1x/' "$folder/first" >"$folder/other"
if "$digests" "$mana" --small --against "$folder/other" >"$folder/said"; then
  echo "a digest that differs was not noticed"
  exit 1
fi
grep -q '^train/cosine/plain: ' "$folder/said"
