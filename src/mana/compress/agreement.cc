#include "mana/compress/agreement.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "mana/search/similarity.h"

namespace mana::compress {
namespace {

float cosine(const engine::Embeddings& rows, std::size_t a, std::size_t b) {
  return search::similarity(search::Similarity::cosine, rows[a], rows[b]);
}

std::vector<std::uint32_t> nearest(const engine::Embeddings& rows, std::uint32_t text, std::size_t count) {
  std::vector<float> alike(rows.size());
  for (std::size_t other = 0; other < rows.size(); ++other) alike[other] = cosine(rows, text, other);
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::erase(order, text);
  count = std::min(count, order.size());
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count),
                            [&](auto a, auto b) { return alike[a] != alike[b] ? alike[a] > alike[b] : a < b; });
  order.resize(count);
  return order;
}

}  // namespace

TextPairs pairs_of_all_kinds(const engine::Embeddings& rows, std::size_t neighbours) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  const auto texts = static_cast<std::uint32_t>(rows.size());
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    if (a != b) pairs.emplace(std::min(a, b), std::max(a, b));
  };
  for (std::uint32_t text = 0; text < texts; ++text) {
    for (const std::uint32_t other : nearest(rows, text, neighbours)) add(text, other);
    for (std::size_t i = 1; i <= neighbours; ++i) {
      add(text, static_cast<std::uint32_t>((text + i * texts / (2 * neighbours + 1)) % texts));
    }
  }
  return {pairs.begin(), pairs.end()};
}

std::vector<double> cosines(const TextPairs& pairs, const engine::Embeddings& rows) {
  std::vector<double> all;
  all.reserve(pairs.size());
  for (const auto& [a, b] : pairs) all.push_back(double{cosine(rows, a, b)});
  return all;
}

}  // namespace mana::compress
