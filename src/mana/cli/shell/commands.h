#pragma once

#include "mana/cli/shell/options.h"

/// One function for each command, in the file of its name: it describes its options, parses them, does its work and
/// returns the exit status (0 done, 1 failed). Failures are thrown; only program.cc prints them.
namespace mana::cli {

int bench_embed(Options& options);
int bench_peak(Options& options);
int bench_tokenize(Options& options);
int bench_train(Options& options);
int bench_train_mlm(Options& options);
int bench_train_seq2seq(Options& options);
int bench_translate(Options& options);
int classify_texts(Options& options);
int compress_model(Options& options);
int convert_model(Options& options);
int embed(Options& options);
int eval_analogies(Options& options);
int eval_bleu(Options& options);
int eval_classify(Options& options);
int eval_mlm(Options& options);
int eval_pairs(Options& options);
int eval_retrieval(Options& options);
int eval_sts(Options& options);
int eval_triplet(Options& options);
int eval_wordsim(Options& options);
int explain_attention(Options& options);
int explain_pairs(Options& options);
int explain_positions(Options& options);
int explain_similarity(Options& options);
int fill(Options& options);
int inspect(Options& options);
int list_models(Options& options);
int mine_negatives(Options& options);
int pull(Options& options);
int similarity(Options& options);
int tokenize(Options& options);
int train_classifier(Options& options);
int train_mlm(Options& options);
int train_mlm_batches(Options& options);
int train_sentence(Options& options);
int train_seq2seq(Options& options);
int train_tokenizer(Options& options);
int train_word2vec(Options& options);
int translate(Options& options);
int verify(Options& options);
int words_analogy(Options& options);
int words_export(Options& options);
int words_map(Options& options);
int words_nearest(Options& options);
int words_odd(Options& options);
int words_similarity(Options& options);

}  // namespace mana::cli
