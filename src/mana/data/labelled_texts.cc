#include "mana/data/labelled_texts.h"

#include <fmt/format.h>

#include <string_view>

#include "mana/base/errors.h"
#include "mana/data/table_reader.h"

namespace mana::data {

LabelledTexts read_labelled_texts(const std::filesystem::path& path, const LabelColumns& columns) {
  TableReader table{LineReader(path)};
  const std::size_t label = table.column(columns.label);
  const std::size_t text = table.column(columns.text);
  LabelledTexts texts;
  for (std::vector<std::string_view> fields; table.next(fields);) {
    if (fields[label].empty()) throw FormatError(fmt::format("{}: {} is empty", table.place(), columns.label));
    texts.labels.emplace_back(fields[label]);
    texts.texts.emplace_back(fields[text]);
  }
  if (texts.size() == 0) throw FormatError(fmt::format("{} has a header, but no rows", path.string()));
  return texts;
}

}  // namespace mana::data
