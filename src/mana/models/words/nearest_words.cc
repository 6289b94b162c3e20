#include "mana/models/words/nearest_words.h"

#include <algorithm>
#include <memory>

#include "mana/base/errors.h"
#include "mana/operations/for_each.h"
#include "mana/search/scan.h"
#include "mana/search/unit_length.h"
#include "mana/tensor/buffer.h"

namespace mana::models {

std::vector<std::vector<Neighbour>> nearest_words(const WordVectors& vectors, std::span<const float> queries,
                                                  std::size_t count, const WordSearch& search) {
  const std::size_t width = vectors.dimensions;
  if (width == 0 || queries.size() % width != 0) throw ArgumentError("a query must have the dimensions of the words");
  std::vector<float> unit(queries.begin(), queries.end());
  for (std::size_t at = 0; at < unit.size(); at += width) search::to_unit_length(std::span(unit).subspan(at, width));
  const auto read = [&](std::size_t first, std::size_t rows, float* x) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::span row(x + i * width, width);
      vectors.read_vector(first + i, row);
      search::to_unit_length(row);
    }
  };
  const search::DocumentSource words{.size = std::min(search.among, vectors.size()), .read = read};
  std::vector<std::vector<Neighbour>> nearest;
  for (const auto& hits : search::scan(words, {unit, width}, count, search.kernels, search.team, search.stop)) {
    auto& found = nearest.emplace_back();
    found.reserve(hits.size());
    for (const search::Hit& hit : hits) found.push_back({hit.document, hit.similarity});
  }
  return nearest;
}

std::vector<float> analogy_query(std::span<const float> a, std::span<const float> b, std::span<const float> other) {
  const auto unit = [](std::span<const float> x) {
    std::vector<float> copy(x.begin(), x.end());
    search::to_unit_length(copy);
    return copy;
  };
  std::vector<float> query = unit(other);
  const std::vector<float> from = unit(a);
  const std::vector<float> to = unit(b);
  for (std::size_t i = 0; i < query.size(); ++i) query[i] += to[i] - from[i];
  return query;
}

WordVectors composed(const WordVectors& vectors, Team& team) {
  struct Owned {
    std::shared_ptr<const void> words;
    Buffer<float> values;
  };
  const std::size_t width = vectors.dimensions;
  const auto owned = std::make_shared<Owned>(Owned{vectors.owner, Buffer<float>(vectors.size() * width)});
  operations::for_each(&team, vectors.size(), [&](std::size_t word) {
    vectors.read_vector(word, {owned->values.data() + word * width, width});
  });
  return {.words = vectors.words,
          .counts = vectors.counts,
          .dimensions = width,
          .bytes = std::as_bytes(std::span(owned->values.data(), owned->values.size())),
          .owner = owned};
}

}  // namespace mana::models
