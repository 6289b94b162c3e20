#!/usr/bin/env bash
# Pairs with a class: which loss reads it is said; a model is tuned and measured under other names of columns, and learns classes from
# a handful of texts.
source "$(dirname "$0")/story.sh"

{
  printf 'sentence1\tsentence2\tlabel\n'
  for i in 1 2 3 4 5 6; do
    printf 'Man %d is eating food.\tPerson %d has a meal.\tentailment\n' $i $i
    printf 'Man %d is eating food.\tNobody %d eats.\tcontradiction\n' $i $i
    printf 'Girl %d plays a guitar.\tGirl %d is on a stage.\tneutral\n' $i $i
  done
} >nli.tsv
mana train sentence --data nli.tsv --output ranked --loss mnr >/dev/null 2>said
says "not used  label" said
says "take --loss softmax for classes" said
mana train sentence --data nli.tsv --output tuned --loss softmax >/dev/null 2>said
says "class        label" said
for title in '>loss</text>' '>rate</text>' '>norm</text>' '>step</text>' 'Settings'; do says "$title" tuned/training.html; done

printf 'one\ttwo\tverdict\nA man eats.\tSomeone eats.\t1\nA man eats.\tA car is red.\t0\n' >pairs.tsv
! mana eval pairs --model tuned --data pairs.tsv 2>said || fail "a column was guessed"
says "has no column label; its columns are one, two, verdict" said
mana eval pairs --model tuned --data pairs.tsv --text-a one --text-b two --label verdict >scores
says "cosine      100.0000" scores

printf 'label\ttext\nfood\tA man is eating food.\nfood\tShe cooks rice.\nmusic\tThe band sings.\nmusic\tA violin concert.\n' >few.tsv
printf 'label\ttext\nfood\tSoup for lunch.\nmusic\tHe plays the piano.\n' >test.tsv
mana train classifier --fine-tune --data few.tsv --output classifier >/dev/null 2>&1
mana eval classify --model classifier --data test.tsv >report
says "class    texts  precision  recall      F1" report
[[ $(mana classify --model classifier "A plate of soup" | cut -f1) == food ]]
