#include "mana/data/triplets.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/data/record_reader.h"

namespace mana::data {

Triplets read_triplets(const std::filesystem::path& path, const TripletColumns& columns) {
  RecordReader rows(path, {columns.anchor, columns.positive, columns.negative});
  Triplets triplets;
  while (rows.next()) {
    triplets.anchors.push_back(rows.text(0));
    triplets.positives.push_back(rows.text(1));
    triplets.negatives.push_back(rows.text(2));
  }
  if (triplets.size() == 0) throw FormatError(fmt::format("{} holds no triplets", path.string()));
  triplets.notes = rows.notes();
  return triplets;
}

}  // namespace mana::data
