#include "mana/models/words/nearest_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "mana/base/errors.h"
#include "mana/kernels/packed_linear.h"
#include "mana/operations/for_each.h"
#include "mana/tensor/buffer.h"

namespace mana::models {
namespace {

constexpr std::size_t kBlock = 64;    // words at a time, whose similarities stay in the cache
constexpr std::size_t kBatch = 1024;  // queries that all words pass by at once

bool better(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.word < b.word;
}

/// The best so far: a heap with the worst of them at its front.
class Shortlist {
 public:
  explicit Shortlist(std::size_t count) : count_(count) {}

  void offer(const Neighbour& found) {
    if (std::isnan(found.similarity)) return;
    if (found_.size() < count_) {
      found_.push_back(found);
      std::ranges::push_heap(found_, better);
    } else if (count_ > 0 && better(found, found_.front())) {
      std::ranges::pop_heap(found_, better);
      found_.back() = found;
      std::ranges::push_heap(found_, better);
    }
  }
  /// What is not larger need not be offered once the list is full; smaller than anything before.
  float least() const {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (count_ == 0) return kInfinity;
    return found_.size() < count_ ? -kInfinity : found_.front().similarity;
  }
  const std::vector<Neighbour>& found() const { return found_; }
  std::vector<Neighbour> sorted() && {
    std::ranges::sort(found_, better);
    return std::move(found_);
  }

 private:
  std::size_t count_;
  std::vector<Neighbour> found_;
};

/// Words [begin, end) against all queries, which are the weights of a linear map that the words are put through:
///   S = X Qᵀ      X: [words, dimensions], Q: [queries, dimensions] -> S: [words, queries]
void search_part(const WordVectors& vectors, const kernels::PackedLinear& queries, Part part, const WordSearch& search,
                 std::span<Shortlist> best) {
  const std::size_t width = vectors.dimensions;
  Buffer<float> x(kBlock * width);
  Buffer<float> s(kBlock * queries.outputs());
  Buffer<std::byte> scratch(search.kernels.linear_scratch(kBlock, width));
  for (std::size_t first = part.begin; first < part.end; first += kBlock) {
    if (search.stop.stop_requested()) throw Cancelled("the search was cancelled");
    const std::size_t words = std::min(kBlock, part.end - first);
    for (std::size_t i = 0; i < words; ++i) {
      const std::span row(x.data() + i * width, width);
      vectors.read_vector(first + i, row);
      to_unit_length(row);
    }
    search.kernels.linear(
        {x.data(), words, queries, kernels::Activation::identity, s.data(), 0, queries.panel_count(), scratch.data()});
    for (std::size_t i = 0; i < words; ++i) {
      const float* similarities = s.data() + i * queries.outputs();
      for (std::size_t query = 0; query < best.size(); ++query) {
        // Within a part the words come in order, so an equal one is not better.
        if (similarities[query] > best[query].least()) best[query].offer({first + i, similarities[query]});
      }
    }
  }
}

/// Up to kBatch queries, of unit length.
std::vector<std::vector<Neighbour>> search_all(const WordVectors& vectors, std::span<const float> queries,
                                               std::size_t count, const WordSearch& search) {
  const std::size_t rows = queries.size() / vectors.dimensions;
  kernels::PackedLinear packed(rows, vectors.dimensions, search.kernels.layout);
  packed.set(0, queries, {});
  const unsigned threads = search.team.size();
  std::vector<std::vector<Shortlist>> best(threads, std::vector(rows, Shortlist(count)));
  search.team.run([&](unsigned thread) {
    const Part part = part_of(std::min(search.among, vectors.size()), thread, threads);
    search_part(vectors, packed, part, search, best[thread]);
  });
  std::vector<std::vector<Neighbour>> nearest;
  nearest.reserve(rows);
  for (std::size_t query = 0; query < rows; ++query) {
    Shortlist& all = best[0][query];
    for (unsigned thread = 1; thread < threads; ++thread) {
      for (const Neighbour& found : best[thread][query].found()) all.offer(found);
    }
    nearest.push_back(std::move(all).sorted());
  }
  return nearest;
}

/// Between these no square of a float that counts is lost beside the others, and none is infinite.
constexpr double kSmallest = 0x1p-100;
constexpr double kLargest = 0x1p120;

/// Of vectors whose squares f32 cannot hold: 1e-30, 1e30. Zeros stay zeros.
void to_unit_length_by_doubles(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * double{value};
  if (squares == 0) return;
  const double length = std::sqrt(squares);
  for (float& value : vector) value = static_cast<float>(double{value} / length);
}

}  // namespace

void to_unit_length(std::span<float> vector) {
  constexpr std::size_t kLanes = 16;  // sums side by side, which a compiler turns into vectors
  std::array<float, kLanes> sums = {};
  std::size_t i = 0;
  for (; i + kLanes <= vector.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += vector[i + lane] * vector[i + lane];
  }
  for (; i < vector.size(); ++i) sums[0] += vector[i] * vector[i];
  double squares = 0;
  for (const float sum : sums) squares += sum;
  if (!(squares >= kSmallest && squares <= kLargest)) return to_unit_length_by_doubles(vector);
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (float& value : vector) value *= scale;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
    ab += double{a[i]} * double{b[i]};
  }
  const double lengths = std::sqrt(aa) * std::sqrt(bb);
  return lengths == 0 ? 0 : ab / lengths;
}

std::vector<std::vector<Neighbour>> nearest_words(const WordVectors& vectors, std::span<const float> queries,
                                                  std::size_t count, const WordSearch& search) {
  const std::size_t width = vectors.dimensions;
  if (width == 0 || queries.size() % width != 0) throw ArgumentError("a query must have the dimensions of the words");
  std::vector<float> unit(queries.begin(), queries.end());
  for (std::size_t at = 0; at < unit.size(); at += width) to_unit_length(std::span(unit).subspan(at, width));
  std::vector<std::vector<Neighbour>> nearest;
  nearest.reserve(queries.size() / width);
  for (std::size_t at = 0; at < unit.size(); at += kBatch * width) {
    const std::size_t size = std::min(kBatch * width, unit.size() - at);
    std::ranges::move(search_all(vectors, std::span(unit).subspan(at, size), count, search),
                      std::back_inserter(nearest));
  }
  return nearest;
}

std::vector<float> analogy_query(std::span<const float> a, std::span<const float> b, std::span<const float> other) {
  const auto unit = [](std::span<const float> x) {
    std::vector<float> copy(x.begin(), x.end());
    to_unit_length(copy);
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
