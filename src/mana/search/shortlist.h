#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace mana::search {

/// A document that is among the nearest to a query.
struct Hit {
  float similarity = 0;  ///< higher is more alike
  std::uint32_t document = 0;

  bool operator==(const Hit&) const = default;
};

/// The order of hits: most alike first, equal ones in the order of the documents.
inline bool better(const Hit& a, const Hit& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.document < b.document;
}

/// The best hits so far, in whatever order they come: a heap with the worst of them at its front. A similarity that is
/// no finite number has no place in an order, so it is no hit; that there was one is remembered.
class Shortlist {
 public:
  explicit Shortlist(std::size_t count) : count_(count) {
    if (count == 0) least_ = kInfinity;
  }

  void offer(Hit hit) {
    if (hit.similarity < least_ && hit.similarity > -kInfinity) return;
    consider(hit);
  }
  /// Everything that another list has seen.
  void offer(const Shortlist& other) {
    for (const Hit& hit : other.hits_) offer(hit);
    if (other.without_order_) remember(*other.without_order_);
  }

  /// The first document whose similarity was no finite number.
  std::optional<std::uint32_t> without_order() const { return without_order_; }

  std::vector<Hit> hits() && {
    std::ranges::sort(hits_, better);
    return std::move(hits_);
  }

 private:
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();

  void consider(Hit hit) {
    if (!std::isfinite(hit.similarity)) return remember(hit.document);
    if (hits_.size() < count_) {
      hits_.push_back(hit);
    } else {
      if (count_ == 0 || !better(hit, hits_.front())) return;
      std::ranges::pop_heap(hits_, better);
      hits_.back() = hit;
    }
    std::ranges::push_heap(hits_, better);
    if (hits_.size() == count_) least_ = hits_.front().similarity;
  }
  void remember(std::uint32_t document) { without_order_ = std::min(without_order_.value_or(document), document); }

  std::size_t count_;
  float least_ = -kInfinity;  // below this, nothing enters any more
  std::vector<Hit> hits_;
  std::optional<std::uint32_t> without_order_;
};

}  // namespace mana::search
