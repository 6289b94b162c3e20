#!/usr/bin/env bash
# Persian poems become word vectors, which are asked with Arabic letters, too; a page shows them. Exits 77 without the poems.
source "$(dirname "$0")/story.sh"
poems=${MANA_TEST_DATA:-}/persian-text/poems.tsv.zst
[[ -f $poems ]] || { echo "skipped: the poems are not in MANA_TEST_DATA"; exit 77; }

zstd -dcq "$poems" | cut -f2 >poems.txt
mana train word2vec --input poems.txt --output words.bin --persian --epochs 2 >/dev/null 2>&1
[[ $(mana words nearest --model words.bin --count 5 کتاب) == "$(mana words nearest --model words.bin --count 5 كتاب)" ]]
mana words nearest --model words.bin --count 10 عشق >near
says عاشقی near
mana words map --model words.bin --first 100 --output map.html عشق محبت
says "words of words.bin; the axes hold" map.html

head -n 10 poems.txt >ten.txt
mana embed --input ten.txt --output ten.npy 2>said
says "cut into single letters" said

if command -v chromium >/dev/null; then
  chromium --headless --no-sandbox --disable-gpu --dump-dom "file://$PWD/map.html" >shown 2>/dev/null || exit 0  # no browser here
  says 'class="word' shown
  grep -qE 'viewBox="0 0 [0-9.]+ [0-9.]+"' shown && grep -qE 'text-anchor="start"' shown || fail "the page's script did not run"
fi
