#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/jobs/stage.h"
#include "mana/subwords/options.h"

namespace mana::jobs {

/// A tokenizer from raw text.
struct TrainTokenizerOptions {
  std::vector<std::filesystem::path> inputs;  ///< "-" is standard input
  data::TextFormat format = {};               ///< of the files
  std::filesystem::path output;               ///< a folder, which appears when it is complete
  bool force = false;                         ///< replace the tokenizer that is there
  subwords::Options training;
  unsigned threads = 0;  ///< 0: one for each processor; the result does not depend on it
};

struct TrainTokenizerEvents {
  StageEvent stage = [](const Stage&) {};  ///< "reading" of bytes, "learning" of pieces or in rounds
};

struct TrainTokenizerResult {
  std::size_t vocabulary = 0;             ///< pieces, special tokens among them
  std::uint64_t lines = 0;                ///< of the text
  std::uint64_t lines_left_out = 0;       ///< of these, which were too long for bpe or unigram
  std::uint64_t words = 0;                ///< of the text
  std::uint64_t distinct_words = 0;       ///< of these, what is learnt from
  double seconds = 0;                     ///< of reading and learning
  std::vector<data::ReadingNotes> notes;  ///< what was read in spite of a mistake
};

/// Throws OptionError for options that mean nothing, or do not go together.
void check(const TrainTokenizerOptions& options);

/// Reads, learns and writes; stopped at any moment, it leaves nothing behind. Throws OptionError as check(),
/// ArgumentError where the text has no words or not as many pieces as wanted, IoError, FormatError, Cancelled.
TrainTokenizerResult train_tokenizer(const TrainTokenizerOptions& options, const TrainTokenizerEvents& events = {},
                                     const std::stop_token& stop = {});

}  // namespace mana::jobs
