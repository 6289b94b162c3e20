#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// What stands beside the texts of a row.
enum class RowLabel : std::uint8_t {
  none,      ///< nothing that is wanted
  numbers,   ///< one number for each column of labels
  category,  ///< the name of a class
};

/// What the texts of a row are to each other.
enum class TextOrder : std::uint8_t {
  any,       ///< nothing
  pair,      ///< a first one and a second one
  anchored,  ///< an anchor, a positive, then negatives
};

/// Which columns of a file hold what, and what a user of the rows asks of them.
struct RowFormat {
  std::vector<std::string> texts = {};   ///< columns in their order; none: as their names say (training_columns.h)
  std::vector<std::string> labels = {};  ///< columns; none: the same
  TextOrder order = TextOrder::any;
  std::size_t least_texts = 1;
  std::size_t most_texts = std::numeric_limits<std::size_t>::max();
  RowLabel label = RowLabel::none;
  bool binary = false;                                        ///< numbers that say yes or no
  bool several_labels = false;                                ///< several columns of numbers may stand in a row
  double least = -std::numeric_limits<double>::infinity();    ///< of numbers
  double greatest = std::numeric_limits<double>::infinity();  ///< of numbers
};

/// A column and what it is taken for: "anchor", "score", "not used".
struct ColumnRole {
  std::string column;
  std::string role;

  bool operator==(const ColumnRole&) const = default;
};

/// A row; what it points to is valid until the next one is read.
struct TrainingRow {
  std::span<const std::string> texts;
  std::span<const double> numbers;
  std::string_view category;
  std::uint64_t line = 0;  ///< in the file, from 1
};

/// Reads the rows of a table with a header (tab-separated or CSV) or of JSON (lines or an array of objects, all with
/// the keys of the first), one at a time; a pipe does as well as a file. Where a row may be one text and nothing else,
/// and no column is named, a file called .txt may be raw text: each line that is not blank is a row. A first line that
/// may be a text where it is taken as the header, or the other way round, is told in the notes.
class TrainingRowReader {
 public:
  /// Throws IoError; ArgumentError for a column that is not there, FormatError for columns that do not fit the format:
  /// the sentence lists those that there are.
  TrainingRowReader(const std::filesystem::path& path, const RowFormat& format);
  ~TrainingRowReader();
  TrainingRowReader(TrainingRowReader&&) noexcept;

  /// False at the end. Throws FormatError that names file, line and column: for an empty text, a label that is no
  /// number, lies out of range or is empty, a row with fields missing.
  /// At the end, too: for a column of texts that hold nothing but numbers, where only its place told that they are
  /// texts.
  bool next(TrainingRow& row);

  const std::vector<std::string>& texts() const;  ///< the columns that were found to hold texts
  std::vector<ColumnRole> columns() const;        ///< all columns of the file: texts, labels, the others
  ReadingNotes notes() const;                     ///< what was read in spite of a mistake, so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mana::data
