#!/usr/bin/env bash
# A table with ids becomes vectors with ids, in packed JSON lines; the work is interrupted, and goes on.
source "$(dirname "$0")/story.sh"

# glosses NUMBER: a table of so many.
glosses() {
  printf 'id\ttitle\tgloss\n'
  seq "$1" | awk '{print "g" $1 "\tTitle " $1 "\ta gloss of number " $1 * 7919 % 1000}'
}

# Work for some seconds, however fast the machine is.
glosses 64 >few.tsv
began=$(date +%s%N)
mana embed --quiet --input few.tsv --column gloss --output few.jsonl
texts=$((64 * 20000000000 / ($(date +%s%N) - began)))
((texts > 2200)) || texts=2200
glosses "$texts" >glosses.tsv
command="mana embed --input glosses.tsv --column gloss --keep id,title --output vectors.jsonl.gz"

# Ctrl-C, once some rows are kept and there is a bar.
is_well_begun() { [[ $(wc -l 2>/dev/null <vectors.jsonl.gz.journal.partial) -ge 2 ]] && grep -q '%' shown; }
(for _ in $(seq 2000); do is_well_begun && break; sleep 0.05; done
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
