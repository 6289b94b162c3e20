#include "mana/search/hits.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"

namespace mana::search {

std::vector<std::vector<Hit>> hits_of(std::vector<Shortlists> lists, std::size_t first_query) {
  Shortlists& all = lists.front();
  std::vector<std::vector<Hit>> hits;
  hits.reserve(all.size());
  for (std::size_t query = 0; query < all.size(); ++query) {
    for (std::size_t part = 1; part < lists.size(); ++part) all[query].offer(lists[part][query]);
    if (const auto document = all[query].without_order()) {
      throw ArgumentError(
          fmt::format("the similarity of vector {} of the queries and vector {} of the documents is no finite number, "
                      "so nothing can be ranked by it; check the model with mana verify",
                      first_query + query + 1, *document + std::size_t{1}));
    }
    hits.push_back(std::move(all[query]).hits());
  }
  return hits;
}

}  // namespace mana::search
