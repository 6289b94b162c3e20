#include "mana/mine/mining_set.h"

#include <algorithm>

namespace mana::mine {

MiningSet::MiningSet(const data::PositivePairs& pairs, std::span<const std::string> corpus) : rows_(pairs.size()) {
  for (const std::string& text : corpus) {
    if (!text.empty()) corpus_.add(text);
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    const std::uint32_t anchor = anchors_.add(pairs.anchors[row]);
    const std::uint32_t positive = corpus_.add(pairs.positives[row]);
    rows.resize(anchors_.size());
    positives_.resize(anchors_.size());
    ++rows[anchor];
    if (is_positive(anchor, positive)) continue;
    positives_[anchor].push_back(positive);
    ++pairs_;
  }
  if (!rows.empty()) most_rows_ = std::ranges::max(rows);
}

bool MiningSet::is_positive(std::size_t anchor, std::uint32_t text) const {
  return std::ranges::find(positives_[anchor], text) != positives_[anchor].end();
}

}  // namespace mana::mine
