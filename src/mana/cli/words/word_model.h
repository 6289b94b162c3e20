#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/team.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/words/word_options.h"
#include "mana/formats/word_vectors.h"
#include "mana/kernels/table.h"
#include "mana/models/words/nearest_words.h"

namespace mana::cli {

/// A file of word vectors, or the folder or name of a model that is a static embedding. Throws IoError, FormatError,
/// ArgumentError.
formats::WordVectors open_words(const std::string& model);

/// Which word vectors a command works with, and on what.
struct WordModelChoice {
  std::string model;
  unsigned threads = 0;
  std::optional<kernels::Isa> isa;

  /// --model, without which there is nothing to do, --threads and --isa, under a title of their own.
  void describe(Options& options);
};

/// Word vectors, opened, and what a search through them runs on.
class WordModel {
 public:
  /// A file of word vectors, or the folder or name of a model that is a static embedding. What there is to note of it
  /// is told, but for --quiet. Throws UsageError, IoError, FormatError, ArgumentError.
  WordModel(const WordModelChoice& choice, const Options& options);

  const formats::WordVectors& vectors() const { return vectors_; }
  models::WordSearch search() const { return {.team = *team_, .kernels = *kernels_}; }
  /// From here on n-grams are not added up for every search any more, at the price of memory.
  void compose() {
    if (vectors_.subwords) vectors_ = models::composed(vectors_, *team_);
  }

 private:
  formats::WordVectors vectors_;
  std::unique_ptr<Team> team_;
  const kernels::Table* kernels_;
};

/// A word that somebody asks about.
struct GivenWord {
  std::string word;
  std::optional<std::size_t> place;  ///< among the model's; nothing where it is composed of n-grams
  std::vector<float> vector;         ///< [dimensions]
};

/// Throws ArgumentError, which suggests words of similar spelling, for one that is not known.
std::vector<GivenWord> look_up(const formats::WordVectors& vectors, const std::vector<std::string>& words);

/// The words that are most similar to a query, those `given` left out.
std::vector<models::Neighbour> nearest_others(const WordModel& model, std::span<const float> query,
                                              const std::vector<GivenWord>& given, const NeighbourOptions& task);
/// The words that are most similar to each of `given`, itself left out.
std::vector<std::vector<models::Neighbour>> nearest_of_each(const WordModel& model, const std::vector<GivenWord>& given,
                                                            const NeighbourOptions& task);

/// `[{"word":"queen","similarity":0.66}, …]`, or a line for each: the similarity, a tab and the word.
std::string neighbours_as_json(const formats::WordVectors& vectors, const std::vector<models::Neighbour>& found);
std::string neighbours_as_lines(const formats::WordVectors& vectors, const std::vector<models::Neighbour>& found);

}  // namespace mana::cli
