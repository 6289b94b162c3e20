#include "mana/engine/batches.h"

#include <algorithm>
#include <functional>

namespace mana::engine {

std::vector<Batch> plan_batches(std::vector<Piece>& pieces, std::size_t token_budget) {
  std::ranges::sort(pieces, [](const Piece& a, const Piece& b) {
    if (a.ids.size() != b.ids.size()) return a.ids.size() > b.ids.size();
    return a.text != b.text ? a.text < b.text : std::less()(a.ids.data(), b.ids.data());
  });
  std::vector<Batch> batches;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    tokens += pieces[i].ids.size();
    if (batches.empty() || tokens > token_budget) {
      batches.push_back({i, i});
      tokens = pieces[i].ids.size();
    }
    batches.back().end = i + 1;
  }
  return batches;
}

}  // namespace mana::engine
