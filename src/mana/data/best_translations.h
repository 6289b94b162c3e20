#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mana/data/line_reader.h"
#include "mana/data/reading_notes.h"

namespace mana::data {

/// The best translation of each text in what `mana translate` writes (jobs/translation_rows.h): JSON lines, of each the
/// first of its "translations"; or a table without a header of number, score, ending and translation, of each number
/// the first row.
class BestTranslations {
 public:
  /// Nothing where the file does not begin with such a row. Throws IoError.
  static std::optional<BestTranslations> open(const std::filesystem::path& path, const Waiting& waiting = {});

  /// Puts the next translation into `text`; false at the end. Throws FormatError for another row, which it names.
  bool next(std::string& text);
  ReadingNotes notes() const { return lines_.notes(); }

 private:
  BestTranslations(const std::filesystem::path& path, const Waiting& waiting, bool json)
      : lines_(path, waiting), json_(json) {}

  LineReader lines_;
  bool json_;
  std::string number_ = {};  ///< of the text whose translation came last
};

}  // namespace mana::data
