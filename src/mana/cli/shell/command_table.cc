#include "mana/cli/shell/command_table.h"

#include <array>

#include "mana/cli/shell/commands.h"

namespace mana::cli {
namespace {

constexpr std::array kCommands = {
    Command{{"embed", "Turn texts into vectors",
             "mana embed \"A cat sits on the mat.\"\n"
             "mana embed --input corpus.txt --output vectors.npy\n"
             "mana embed --input corpus.jsonl --field title --output vectors.jsonl --resume\n"
             "mana embed --input corpus.txt --output vectors.npy --embedding-type int8 --calibrate sample.txt\n"
             "cat corpus.txt | mana embed --format tsv > vectors.tsv"},
            embed},
    Command{{"similarity", "Say how alike two texts are", "mana similarity \"a small dog\" \"a puppy\""}, similarity},
    Command{{"fill", "Say which words are hidden in a text",
             "mana fill --model my-bert \"Paris is the [MASK] of France.\"\n"
             "mana fill --model my-bert --top 10 --json \"The [MASK] sat on the [MASK].\""},
            fill},
    Command{{"tokenize", "Show the tokens that a model sees",
             "mana tokenize \"Unbelievable!\"\n"
             "mana tokenize --json --input corpus.txt > tokens.jsonl"},
            tokenize},
    Command{{"classify", "Say which class a text is of",
             "mana classify --model my-classifier \"Where is my card?\"\n"
             "mana classify --model my-classifier --input texts.txt --top 3 --output classes.jsonl"},
            classify_texts},
    Command{{"translate", "Turn texts into those of another language",
             "mana translate --model my-translator \"A dog runs.\"\n"
             "mana translate --model my-translator --beam 4 --input texts.txt --output translations.txt\n"
             "mana translate --model my-translator --beam 4 --n-best 4 --json --explain \"A dog runs.\""},
            translate},
    Command{{"compress", "Make a model smaller and faster, at a stated loss",
             "mana compress --output small --precision int8\n"
             "mana compress --output small --precision bf16 --dimensions 256\n"
             "mana compress --output small --layers 3 --vocabulary 15000 --corpus corpus.txt\n"
             "mana compress --output fast --static --corpus corpus.txt --data stsb-test.tsv"},
            compress_model},
    Command{{"train sentence", "Fine-tune a sentence encoder on texts that belong together, or apart",
             "mana train sentence --data pairs.tsv --loss mnr --output my-model\n"
             "mana train sentence --data stsb-train.tsv --loss cosent --epochs 4 --eval-sts stsb-dev.tsv --output "
             "my-model\n"
             "mana train sentence --data sentences.txt --loss tsdae --output my-model"},
            train_sentence},
    Command{{"train seq2seq", "Train an encoder-decoder on pairs of texts: a translator",
             "mana train seq2seq --input pairs.tsv --source-column en --target-column de --tokenizer joint --output "
             "my-translator\n"
             "mana train seq2seq --source train.en --target train.de --validation-source dev.en --validation-target "
             "dev.de --tokenizer joint --output my-translator\n"
             "mana train seq2seq --config examples/multi30k-en-de.toml"},
            train_seq2seq},
    Command{{"train mlm", "Pre-train an encoder on raw text: masked words, with or without the next sentence",
             "mana train mlm --input books --tokenizer my-tokenizer --shape mini --output my-bert\n"
             "mana train mlm --input corpus.txt.zst --nsp on --long 512 --tokenizer my-tokenizer --output my-bert\n"
             "mana train mlm --input corpus.jsonl --field text --model all-MiniLM-L6-v2 --output my-bert --resume"},
            train_mlm},
    Command{{"train mlm-batches", "Print what mana train mlm learns from or is measured on, for another program",
             "mana train mlm-batches --input books --tokenizer my-tokenizer --max-steps 1000 >batches.jsonl\n"
             "mana train mlm-batches --input books --tokenizer my-tokenizer --side held-out >held-out.jsonl"},
            train_mlm_batches},
    Command{{"train word2vec", "Train word vectors on raw text",
             "mana train word2vec --input corpus.txt --output words\n"
             "mana train word2vec --input corpus.txt --output words.bin --deterministic --threads 4\n"
             "zcat corpus.gz | mana train word2vec --input - --output words.bin --subwords"},
            train_word2vec},
    Command{{"train tokenizer", "Learn a tokenizer from raw text",
             "mana train tokenizer --type wordpiece --vocabulary 30000 --output my-tokenizer corpus.txt\n"
             "mana train tokenizer --type byte-bpe --vocabulary 32000 --output my-tokenizer a.txt.gz b.txt.zst\n"
             "zcat corpus.gz | mana train tokenizer --type wordpiece --lowercase --persian --output my-tokenizer -"},
            train_tokenizer},
    Command{{"train classifier", "Learn classes from examples, upon the vectors of a model",
             "mana train classifier --data train.tsv --output my-classifier\n"
             "mana train classifier --data train.tsv --test test.tsv --label intent --output my-classifier --json\n"
             "mana train classifier --data few.tsv --fine-tune --output my-classifier"},
            train_classifier},
    Command{{"convert", "Make a model of another program one of ours",
             "mana convert --from ctranslate2 ct2-model --output my-model"},
            convert_model},
    Command{{"inspect", "Show what a model is made of",
             "mana inspect --model all-MiniLM-L6-v2\n"
             "mana inspect --shape config.json\n"
             "mana inspect --shape examples/transformer-large.toml --vocabulary 70000 --html shape.html"},
            inspect},
    Command{{"explain pairs", "Show the pairs of words that skip-gram makes of a text",
             "mana explain pairs \"the quick brown fox jumps over the dog\" --window 2\n"
             "mana explain pairs \"the quick brown fox\" --window 2 --model words --html pairs.html"},
            explain_pairs},
    Command{{"explain positions", "Show how tokens know where they stand: sinusoids, and a table that was trained",
             "mana explain positions --shape examples/transformer-large.toml --vocabulary 70000\n"
             "mana explain positions --model all-MiniLM-L6-v2 --html positions.html"},
            explain_positions},
    Command{
        {"explain attention", "Show what the tokens of a text look at in every head of a model",
         "mana explain attention \"The cat sat on the mat.\" --html attention.html\n"
         "mana explain attention --model my-translator \"A dog runs.\" --target \"Ein Hund rennt.\" --html cross.html\n"
         "mana explain attention --json --numbers --input texts.txt > numbers.jsonl"},
        explain_attention},
    Command{{"explain similarity", "Show which pairs of tokens make two texts alike",
             "mana explain similarity \"A man is eating food.\" \"Someone has lunch.\" --html similarity.html"},
            explain_similarity},
    Command{{"verify", "Check every file of a model", "mana verify --model ./my-model"}, verify},
    Command{{"eval sts", "Measure how well similarities agree with human judgement",
             "mana eval sts --data stsb-test.tsv\n"
             "mana eval sts --data sick.tsv --score relatedness --json"},
            eval_sts},
    Command{{"eval retrieval", "Measure how well queries find the documents that are relevant",
             "mana eval retrieval --data scifact\n"
             "mana eval retrieval --corpus docs.jsonl --queries questions.jsonl --qrels answers.tsv --json"},
            eval_retrieval},
    Command{{"eval classify", "Measure how well the vectors of texts tell their classes",
             "mana eval classify --model my-classifier --data test.tsv\n"
             "mana eval classify --train train.tsv --test test.tsv\n"
             "mana eval classify --train train.tsv --test test.tsv --label intent --text query --json"},
            eval_classify},
    Command{{"eval mlm", "Measure how well an encoder knows which words are hidden",
             "mana eval mlm --model my-bert --input sentences.txt\n"
             "mana eval mlm --model my-bert --input sentences.txt.zst --pseudo-texts 500 --json"},
            eval_mlm},
    Command{{"eval pairs", "Measure how well a threshold tells texts that belong together",
             "mana eval pairs --data paraphrases.tsv\n"
             "mana eval pairs --data questions.jsonl --text-a question1 --text-b question2 --json"},
            eval_pairs},
    Command{{"eval triplet", "Measure how often a text is nearer to its own than to another",
             "mana eval triplet --data triplets.tsv\n"
             "mana eval triplet --data triplets.jsonl --margin 0.1 --json"},
            eval_triplet},
    Command{{"eval bleu", "Measure how near translations are to those of people: BLEU and chrF",
             "mana eval bleu --hypotheses output.txt --references test.de\n"
             "mana eval bleu --hypotheses output.txt --references a.txt b.txt --chrf --chrf-words 2 --json"},
            eval_bleu},
    Command{{"eval analogies", "Measure how well words answer \"a is to b as c is to ?\"",
             "mana eval analogies --model words.bin --data questions-words.txt"},
            eval_analogies},
    Command{{"eval wordsim", "Measure how well similarities of words agree with human judgement",
             "mana eval wordsim --model words.bin --data simlex.tsv --json"},
            eval_wordsim},
    Command{{"mine negatives", "Find texts that are alike to others but do not belong to them",
             "mana mine negatives --data pairs.tsv --output triplets.tsv --relative-margin 0.05\n"
             "mana mine negatives --data pairs.tsv --corpus texts.txt --output tuples.jsonl --format tuple --count 5"},
            mine_negatives},
    Command{{"words nearest", "Find the words that are most similar to others",
             "mana words nearest --model words.bin king\n"
             "mana words nearest --model words.bin --count 5 --json king queen"},
            words_nearest},
    Command{
        {"words analogy", "Complete \"a is to b as c is to ?\"", "mana words analogy --model words.bin man king woman"},
        words_analogy},
    Command{{"words odd", "Find the word that does not go with the others",
             "mana words odd --model words.bin breakfast lunch dinner car"},
            words_odd},
    Command{{"words similarity", "Say how alike two words are", "mana words similarity --model words.bin cat dog"},
            words_similarity},
    Command{{"words map", "Draw words on a map where similar ones are near",
             "mana words map --model words.bin --output map.html cat dog lion car train bus"},
            words_map},
    Command{{"words export", "Write word vectors in another form, or as a model for texts",
             "mana words export --model words.bin --output words.vec\n"
             "mana words export --model fasttext.bin --output folder --sif 1e-3"},
            words_export},
    Command{{"bench embed", "Measure the speed of embedding", "mana bench embed --input corpus.txt --threads 2 --json"},
            bench_embed},
    Command{{"bench peak", "Measure the processor's arithmetic peak", "mana bench peak --threads 2 --json"},
            bench_peak},
    Command{{"bench tokenize", "Measure the speed of tokenizing", "mana bench tokenize --input corpus.txt"},
            bench_tokenize},
    Command{{"bench train", "Measure the speed of fine-tuning", "mana bench train --data pairs.tsv --batch 64 --json"},
            bench_train},
    Command{{"bench train-seq2seq", "Measure the speed of training a translator",
             "mana bench train-seq2seq --input pairs.tsv --tokenizer my-tokenizer --width 256 --inner 1024 --json"},
            bench_train_seq2seq},
    Command{{"bench train-mlm", "Measure the speed of pre-training an encoder",
             "mana bench train-mlm --input books --tokenizer my-tokenizer --shape mini --precision f32 --json"},
            bench_train_mlm},
    Command{{"bench translate", "Measure the speed of translating",
             "mana bench translate --model my-translator --input texts.txt --beam 4 --threads 2 --json"},
            bench_translate},
    Command{{"pull", "Fetch a model from the Hugging Face hub", "mana pull sentence-transformers/all-MiniLM-L6-v2"},
            pull},
    Command{{"list", "List the models that --model finds by name", "mana list\nmana list --json"}, list_models},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace mana::cli
