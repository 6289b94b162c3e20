# Sourced by the stories: what somebody new to Mana does in a terminal of 80 columns, from an empty folder on.
#   STORY.sh MANA ROOT    exits 77, CTest's "skipped", without the default model
set -euo pipefail
mana=$1 root=$2
models=${MANA_HOME:-$HOME/.cache/mana}/models
[[ -d $models/all-MiniLM-L6-v2 ]] || { echo "skipped: tools/model/fetch.sh fetches the default model"; exit 77; }
PATH=$(dirname "$mana"):$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "$*" >&2; exit 1; }
# says TEXT FILE: whether it is there.
says() { grep -qF -e "$1" "$2" || { cat "$2" >&2; fail "'$1' is not said"; }; }
# on_terminal FILE COMMAND: on a terminal of 80 columns; FILE gets all that is shown there.
on_terminal() { script -qefc "stty cols 80; $2" "$1" >/dev/null; }
