#include "mana/data/labelled_texts.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/data/record_reader.h"

namespace mana::data {

LabelledTexts read_labelled_texts(const std::filesystem::path& path, const LabelColumns& columns) {
  RecordReader rows(path, {columns.label, columns.text});
  LabelledTexts texts;
  while (rows.next()) {
    texts.labels.push_back(rows.label(0));
    texts.texts.push_back(rows.text(1));
    if (texts.texts.back().find_first_not_of(" \t\r\n") == std::string::npos) {
      throw FormatError(fmt::format("{} is empty", rows.place(1)));
    }
  }
  if (texts.size() == 0) {
    throw FormatError(
        fmt::format("{} {}", path.string(), rows.is_json() ? "holds no texts" : "has a header, but no rows"));
  }
  texts.notes = rows.notes();
  return texts;
}

}  // namespace mana::data
