#pragma once

#include <filesystem>

#include "mana/base/team.h"
#include "mana/subwords/counted_words.h"
#include "mana/subwords/events.h"
#include "mana/subwords/options.h"
#include "mana/subwords/sentence_cutter.h"
#include "mana/subwords/sentencepiece_writer.h"

/// SentencePiece's two models, from options to files, by the parts of this folder.
namespace mana::subwords {

/// How lines become the words that are counted.
SentenceCutting sentence_cutting(const Options& options);

/// Learns the unigram model or BPE from words that were cut so. Throws ArgumentError where the vocabulary is too small
/// for the alphabet, or larger than the text allows; Cancelled.
TrainedSentencePieces train_sentencepieces(const CountedWords& words, const Options& options,
                                           const SentenceCutting& cutting, Team& team, const Events& events = {});

/// Writes tokenizer.model, and the same as tokenizer.json with tokenizer_config.json. Throws IoError.
void write_sentencepieces(const std::filesystem::path& folder, const TrainedSentencePieces& trained,
                          const Options& options);

}  // namespace mana::subwords
