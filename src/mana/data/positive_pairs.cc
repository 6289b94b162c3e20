#include "mana/data/positive_pairs.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"
#include "mana/data/record_reader.h"

namespace mana::data {

PositivePairs read_positive_pairs(const std::filesystem::path& path, const PositivePairColumns& columns) {
  RecordReader rows(path, {columns.anchor, columns.positive});
  PositivePairs pairs;
  while (rows.next()) {
    for (std::size_t column = 0; column < 2; ++column) {
      std::string text = rows.text(column);
      if (text.empty()) throw FormatError(fmt::format("{} is empty", rows.place(column)));
      (column == 0 ? pairs.anchors : pairs.positives).push_back(std::move(text));
    }
  }
  if (pairs.size() == 0) throw FormatError(fmt::format("{} holds no pairs", path.string()));
  pairs.notes = rows.notes();
  return pairs;
}

}  // namespace mana::data
