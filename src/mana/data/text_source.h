#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/input_form.h"
#include "mana/data/line_reader.h"
#include "mana/data/reading_notes.h"
#include "mana/data/row_value.h"

/// Texts from files, one at a time in bounded memory. Errors name file, line and field.
namespace mana::data {

/// Puts the next text into its argument, or returns false at the end.
using TextSource = std::function<bool(std::string&)>;

/// What is wanted of a file of texts.
struct TextFormat {
  std::optional<InputForm> form = {};     ///< none: as the file begins and is called (form_of), and as is said below
  std::optional<std::string> field = {};  ///< of a JSON object: its text; none: "text". Says that it is JSON
  std::optional<std::string> column =
      {};                                 ///< of a table: its texts; none: "text". Says that what is no JSON is a table
  std::vector<std::string> carried = {};  ///< fields or columns whose values go along with the texts
};

/// The texts of a file. What is no regular file is looked at when the first text is asked for, not before.
class TextFile {
 public:
  /// "-" is standard input. Throws IoError; FormatError, ArgumentError where a table has no such column, or something
  /// is to be carried of a file without columns.
  TextFile(const std::filesystem::path& path, TextFormat format, Waiting waiting = {});
  ~TextFile();
  TextFile(TextFile&&) noexcept;

  bool next(std::string& text);
  /// What is carried along with the text that next() gave last. The first row has to have all of it; in a later one of
  /// JSON null stands for what is missing.
  std::span<const RowValue> carried() const;
  /// Whether it holds rows, not a text a line. Looks at the file.
  bool has_rows();
  /// The bytes of a file without rows, instead of next(); 0 at the end.
  std::size_t read(std::span<char> block);
  /// What the file turned out to hold; none before it was looked at.
  std::optional<InputForm> form() const;
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const;
  /// Those that a regular file has.
  std::optional<std::uint64_t> size() const;
  /// What was read in spite of a mistake, so far.
  ReadingNotes notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mana::data
