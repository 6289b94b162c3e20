#include "mana/data/labelled_pairs.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/data/record_reader.h"

namespace mana::data {

LabelledPairs read_labelled_pairs(const std::filesystem::path& path, const LabelledPairColumns& columns) {
  RecordReader rows(path, {columns.label, columns.first, columns.second});
  LabelledPairs pairs;
  while (rows.next()) {
    const double label = rows.number(0);
    if (label != 0 && label != 1) {
      throw FormatError(fmt::format("{} must be 0 or 1, not {}", rows.place(0), label));
    }
    pairs.labels.push_back(label == 1 ? 1 : 0);
    pairs.first.push_back(rows.text(1));
    pairs.second.push_back(rows.text(2));
  }
  if (pairs.size() == 0) throw FormatError(fmt::format("{} holds no pairs", path.string()));
  pairs.notes = rows.notes();
  return pairs;
}

}  // namespace mana::data
