#!/usr/bin/env bash
# A table with ids becomes vectors with ids, in packed JSON lines; the work is interrupted, and goes on.
source "$(dirname "$0")/story.sh"
texts=2200

{ printf 'id\ttitle\tgloss\n'; seq $texts | awk '{print "g" $1 "\tTitle " $1 "\ta gloss of number " $1 * 7919 % 1000}'; } >glosses.tsv
command="mana embed --input glosses.tsv --column gloss --keep id,title --output vectors.jsonl.gz"

# Ctrl-C, once some rows are kept.
(until [[ $(wc -l 2>/dev/null <vectors.jsonl.gz.journal.partial) -ge 2 ]]; do sleep 0.05; done
 pkill -INT -f "^mana embed --input glosses.tsv --column gloss") &
! on_terminal shown "$command" || fail "it was not interrupted"
says "the same command with --resume goes on from there" shown
grep -qE '\[#*\.*\] +[0-9]+%  [0-9,]+ texts  [0-9:]+ left' shown || fail "there was no bar with share and time left"
[[ ! -e vectors.jsonl.gz ]] || fail "there is a file that is not complete"

$command --resume 2>said
says "going on after" said
[[ $(zcat vectors.jsonl.gz | wc -l) == "$texts" ]] || fail "there are rows too few or too many"
zcat vectors.jsonl.gz | awk -F'"' '{ if ($4 != "g" NR || $8 != "Title " NR) exit 1 }' || fail "a row has the id of another"
[[ $(ls) != *partial* ]] || fail "something is left over"

mana embed --quiet --input glosses.tsv --column gloss --keep id,title --output whole.jsonl.gz
cmp vectors.jsonl.gz whole.jsonl.gz
