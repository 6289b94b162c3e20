#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mana/data/best_translations.h"
#include "mana/data/reading_notes.h"
#include "mana/data/text_source.h"

namespace mana::data {

/// A file of texts of which each belongs to the one in the same place of other files: translations and their originals.
/// It holds lines unless its name says that it is JSON or a table, or a column is named: a line may begin with a
/// bracket. JSON lines and tables that hold translations (best_translations.h) are known by their first row.
struct AlignedFile {
  std::filesystem::path path;              ///< "-" is standard input
  std::optional<std::string> column = {};  ///< of a table, or the field of a JSON object; none: "text"
};

/// Texts of several files side by side, in bounded memory.
class AlignedTexts {
 public:
  /// Throws IoError; FormatError, ArgumentError where a table has no such column.
  explicit AlignedTexts(const std::vector<AlignedFile>& files, const Waiting& waiting = {});

  /// Puts the next text of each file into `texts`; false at the end of all. Throws FormatError where a file ends before
  /// another, which names both and the line, or where they hold no texts at all.
  bool next(std::vector<std::string>& texts);

  /// How many texts of each file were given.
  std::uint64_t count() const { return count_; }
  /// Of a file: those that are empty or white space.
  const ReadingNotes::Rows& empty(std::size_t file) const { return files_[file].empty; }
  const std::string& name(std::size_t file) const { return files_[file].name; }
  /// What was read in spite of a mistake.
  ReadingNotes notes(std::size_t file) const { return notes_of(files_[file]); }

 private:
  struct File {
    std::variant<TextFile, BestTranslations> texts;
    std::string name;
    ReadingNotes::Rows empty = {};
  };
  static ReadingNotes notes_of(const File& file) {
    return std::visit([](const auto& texts) { return texts.notes(); }, file.texts);
  }

  std::vector<File> files_;
  std::uint64_t count_ = 0;
};

}  // namespace mana::data
