#include "mana/data/distinct_batches.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace mana::data {
namespace {

using Rows = std::vector<std::uint32_t>;
using Text = std::uint64_t;   // its sum
using Place = std::uint32_t;  // of a row, in the order

template <class T>
using LeastFirst = std::priority_queue<T, std::vector<T>, std::greater<>>;

class Cutter {
 public:
  Cutter(const Rows& order, const RowFacts& facts, std::size_t batch, std::size_t tokens)
      : order_(order), facts_(facts), batch_(batch), budget_(tokens) {}

  std::vector<Rows> operator()() {
    std::vector<Rows> batches;
    while (waiting_ > 0 || next_ < order_.size()) {
      taken_.clear();
      texts_.clear();
      tokens_ = 0;
      if (take_of_waiting()) take_of_new();
      // Texts of this batch are free again.
      std::ranges::sort(met_);
      met_.erase(std::unique(met_.begin(), met_.end()), met_.end());
      for (const Text text : met_) {
        const auto& queue = queues_[text];
        if (!queue.empty()) heads_.emplace(queue.top(), text);
      }
      met_.clear();
      batches.push_back(taken_);
    }
    return batches;
  }

 private:
  /// False once the batch is full.
  bool take_of_waiting() {
    while (!heads_.empty()) {
      if (taken_.size() == batch_) return false;
      const auto [place, text] = heads_.top();
      auto& queue = queues_[text];
      if (queue.empty() || queue.top() != place) {  // an earlier row has come to wait there, or this one has gone
        heads_.pop();
        continue;
      }
      if (texts_.contains(text)) {
        heads_.pop();
        met_.push_back(text);
        continue;
      }
      const std::optional<Text> shared = text_met(place);
      if (!shared && is_full(place)) return false;
      heads_.pop();
      queue.pop();
      --waiting_;
      if (shared) {
        if (!queue.empty()) heads_.emplace(queue.top(), text);
        wait(place, *shared);
      } else {
        take(place);
        met_.push_back(text);
      }
    }
    return true;
  }

  void take_of_new() {
    for (; next_ < order_.size() && taken_.size() < batch_; ++next_) {
      const auto place = static_cast<Place>(next_);
      if (const std::optional<Text> shared = text_met(place)) {
        wait(place, *shared);
      } else if (is_full(place)) {
        return;
      } else {
        take(place);
      }
    }
  }

  std::span<const Text> texts_of(Place place) const {
    return std::span(facts_.sums).subspan(order_[place] * facts_.texts, facts_.texts);
  }

  /// A text of the row that the batch has already.
  std::optional<Text> text_met(Place place) const {
    for (const Text text : texts_of(place)) {
      if (texts_.contains(text)) return text;
    }
    return std::nullopt;
  }

  bool is_full(Place place) const {
    if (taken_.size() == batch_) return true;
    return budget_ > 0 && !taken_.empty() && tokens_ + facts_.tokens[order_[place]] > budget_;
  }

  void take(Place place) {
    taken_.push_back(order_[place]);
    const std::span<const Text> texts = texts_of(place);
    texts_.insert(texts.begin(), texts.end());
    if (budget_ > 0) tokens_ += facts_.tokens[order_[place]];
  }

  void wait(Place place, Text text) {
    auto& queue = queues_[text];
    queue.push(place);
    ++waiting_;
    if (queue.top() == place) met_.push_back(text);
  }

  const Rows& order_;
  const RowFacts& facts_;
  std::size_t batch_, budget_;
  std::size_t next_ = 0;                                // in the order
  std::unordered_map<Text, LeastFirst<Place>> queues_;  // rows that wait for a text to be free
  LeastFirst<std::pair<Place, Text>> heads_;            // the first of each, and some that are so no longer
  std::size_t waiting_ = 0;                             // rows
  Rows taken_;                                          // of the batch that is being made:
  std::unordered_set<Text> texts_;
  std::size_t tokens_ = 0;
  std::vector<Text> met_;  // whose queues have no head in heads_ until the batch is made
};

}  // namespace

std::vector<Rows> cut_without_duplicates(const Rows& order, const RowFacts& facts, std::size_t batch,
                                         std::size_t tokens) {
  return Cutter(order, facts, batch, tokens)();
}

}  // namespace mana::data
