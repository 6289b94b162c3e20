#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/jobs/stage.h"
#include "mana/word2vec/corpus.h"
#include "mana/word2vec/options.h"

namespace mana::jobs {

/// Word vectors from raw text.
struct TrainWordsOptions {
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path output;  ///< a file for a name in .txt, .vec or .bin, else a folder; see word_files.h
  bool force = false;            ///< replace the model that the folder holds
  word2vec::CorpusOptions corpus;
  word2vec::WordTraining training;
  bool resume = false;                    ///< go on from the checkpoint, if there is one
  std::uint64_t checkpoint_seconds = 60;  ///< between two checkpoints

  /// Where training goes on from after it broke off.
  std::filesystem::path checkpoint() const { return output.string() + ".checkpoint"; }
};

struct TrainWordsEvents {
  StageEvent stage = [](const Stage&) {};  ///< "reading" of bytes
  std::function<void(const word2vec::Corpus&)> read = [](const word2vec::Corpus&) {};
  /// Of the words to come, `resumed` are from an earlier run.
  std::function<void(std::uint64_t resumed, std::uint64_t total)> began = [](std::uint64_t, std::uint64_t) {};
  /// Words in all, and the mean loss since the last call, where that was measured.
  std::function<void(std::uint64_t words, std::optional<double> loss)> trained = [](std::uint64_t,
                                                                                    std::optional<double>) {};
  /// Neither the output nor, after that, a checkpoint could be written; the one before it stays.
  std::function<void(const std::string& sentence)> checkpoint_failed = [](const std::string&) {};
};

struct TrainWordsResult {
  std::size_t vocabulary = 0;
  std::uint64_t words_read = 0;
  std::uint64_t words_of_vocabulary = 0;
  // Of all runs:
  std::uint64_t words_trained = 0;  ///< of the vocabulary, those that chance left out not counted
  std::uint64_t positive_pairs = 0;
  std::uint64_t negative_pairs = 0;        ///< or decisions of the tree
  std::optional<double> loss = {};         ///< the mean of those pairs where it was measured
  std::optional<double> words_per_second;  ///< of this run
  double seconds = 0;                      ///< of training, in this run
  std::vector<data::ReadingNotes> notes;   ///< what was read in spite of a mistake
};

/// Throws OptionError for options that mean nothing, or do not go together.
void check(const TrainWordsOptions& options);

/// Reads, trains and writes. A run that is stopped throws Cancelled once its checkpoint is written, and goes on from
/// there with `resume`; where the output cannot be written, what was trained is kept in the same way. Throws
/// OptionError as check(), and what the parts throw.
TrainWordsResult train_words(const TrainWordsOptions& options, const TrainWordsEvents& events = {},
                             const std::stop_token& stop = {});

}  // namespace mana::jobs
