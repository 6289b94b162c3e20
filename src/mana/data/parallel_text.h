#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Where the two sides of a parallel text stand.
struct ParallelFiles {
  std::filesystem::path rows;            ///< a table with a header, or JSON: both sides in a row
  std::string source_column = "source";  ///< of `rows`
  std::string target_column = "target";
  std::filesystem::path source, target;  ///< without `rows`: two files, of which line n of one is the other's

  /// "pairs.tsv", "train.en and train.de"
  std::string name() const;
};

/// A text and its translation, or whatever else a model is to write for it.
struct ParallelPair {
  std::string source;
  std::string target;
  std::uint64_t line = 0;  ///< in the file or files, from 1
};

/// Reads a parallel text pair by pair, in bounded memory; compressed or not, a pipe does as well as a file.
class ParallelReader {
 public:
  /// Throws IoError; ArgumentError for a column that is not there; FormatError.
  explicit ParallelReader(const ParallelFiles& files, std::stop_token stop = {});
  ~ParallelReader();
  ParallelReader(ParallelReader&&) noexcept;

  /// False at the end. Throws FormatError that names file and line: for a side that is empty, for a field that is
  /// missing, for the line at which one of two files ends before the other; Cancelled.
  bool next(ParallelPair& pair);

  /// What was read in spite of a mistake, so far, of each file.
  std::vector<ReadingNotes> notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mana::data
