#include "mana/subwords/merge_learner.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "mana/base/errors.h"

namespace mana::subwords {
namespace {

/// A pair, with the words in which it came about, to be merged there.
struct Candidate {
  std::int64_t count;  // as it was when this was put into the queue
  std::uint32_t pair;  // its number
  SymbolPair symbols;
  std::uint64_t order;  // the first comes first
  std::size_t begin;    // of its words in places_
  std::size_t size;
};

/// The largest count is on top of the heap, then the pair of the smallest numbers.
bool comes_later(const Candidate& a, const Candidate& b) {
  if (a.count != b.count) return a.count < b.count;
  if (a.symbols != b.symbols) return a.symbols > b.symbols;
  return a.order > b.order;
}

class MergeLearner {
 public:
  MergeLearner(SymbolWords words, std::vector<std::string>& pieces, const Merging& merging)
      : words_(std::move(words)), pieces_(pieces), merging_(merging), lengths_(pieces.size(), 1) {
    for (std::uint32_t i = 0; i < pieces.size(); ++i) numbers_.emplace(pieces[i], i);
  }

  std::vector<SymbolPair> learn(const Events& events);

 private:
  void count_pairs();
  std::uint32_t joined(SymbolPair pair);
  void merge(std::uint32_t word, SymbolPair pair, std::uint32_t result);
  void change(std::uint32_t word, SymbolPair pair, bool there);
  void enqueue_found();
  bool fits(std::uint32_t a, std::uint32_t b) const {
    return merging_.max_token_length == 0 || lengths_[a] + lengths_[b] < merging_.max_token_length;
  }

  SymbolWords words_;
  std::vector<std::string>& pieces_;
  Merging merging_;
  std::vector<std::size_t> lengths_;  // of pieces, in letters
  std::unordered_map<std::string, std::uint32_t> numbers_;
  PairTable pairs_;
  std::vector<Candidate> queue_;  // a heap
  std::uint64_t enqueued_ = 0;
  std::vector<std::uint32_t> places_;  // words of candidates
  struct Found {
    std::uint32_t pair, word;
  };
  std::vector<Found> found_;  // pairs that came about in the last merge, where
};

void MergeLearner::count_pairs() {
  for (std::uint32_t word = 0; word < words_.size(); ++word) {
    const std::uint32_t* const symbols = words_.symbols(word);
    for (std::uint32_t i = 0; i + 1 < words_.length(word); ++i) change(word, {symbols[i], symbols[i + 1]}, true);
  }
  enqueue_found();
}

void MergeLearner::change(std::uint32_t word, SymbolPair pair, bool there) {
  const std::uint32_t number = pairs_.number(pair);
  const auto count = static_cast<std::int64_t>(words_.count(word));
  pairs_.count(number) += there ? count : -count;
  if (there) found_.push_back({number, word});
}

void MergeLearner::enqueue_found() {
  std::ranges::sort(
      found_, [](const Found& a, const Found& b) { return a.pair != b.pair ? a.pair < b.pair : a.word < b.word; });
  for (std::size_t i = 0; i < found_.size();) {
    const std::uint32_t pair = found_[i].pair;
    const std::size_t begin = places_.size();
    for (; i < found_.size() && found_[i].pair == pair; ++i) {
      if (places_.size() == begin || places_.back() != found_[i].word) places_.push_back(found_[i].word);
    }
    if (pairs_.count(pair) > 0) {
      queue_.push_back({pairs_.count(pair), pair, pairs_.pair(pair), enqueued_++, begin, places_.size() - begin});
      std::ranges::push_heap(queue_, comes_later);
    } else {
      places_.resize(begin);
    }
  }
  found_.clear();
}

std::uint32_t MergeLearner::joined(SymbolPair pair) {
  std::string_view second = pieces_[pair.second];
  if (!merging_.prefix.empty() && second.starts_with(merging_.prefix)) second.remove_prefix(merging_.prefix.size());
  std::string piece = pieces_[pair.first];
  piece += second;
  const auto [known, is_new] = numbers_.emplace(std::move(piece), static_cast<std::uint32_t>(pieces_.size()));
  if (is_new) {
    pieces_.push_back(known->first);
    lengths_.push_back(lengths_[pair.first] + lengths_[pair.second]);
  }
  return known->second;
}

void MergeLearner::merge(std::uint32_t word, SymbolPair pair, std::uint32_t result) {
  words_.merge(word, pair, result, [&](SymbolPair other, bool there) {
    if (!there || fits(other.first, other.second)) change(word, other, there);
  });
}

std::vector<SymbolPair> MergeLearner::learn(const Events& events) {
  constexpr std::size_t kSeldom = 64;  // merges between two looks at the stop token
  count_pairs();
  std::vector<std::uint32_t> merged;  // pairs
  const std::int64_t least = std::max<std::int64_t>(1, static_cast<std::int64_t>(merging_.min_frequency));
  while (pieces_.size() < merging_.vocabulary_size && !queue_.empty()) {
    std::ranges::pop_heap(queue_, comes_later);
    Candidate& top = queue_.back();
    if (top.count != pairs_.count(top.pair)) {
      top.count = pairs_.count(top.pair);
      std::ranges::push_heap(queue_, comes_later);
      continue;
    }
    if (top.count < least) break;
    const Candidate best = top;
    queue_.pop_back();
    if (merged.size() % kSeldom == 0) {
      if (events.stop.stop_requested()) throw Cancelled("the training was cancelled");
      events.progress("learning", "pieces", pieces_.size(), merging_.vocabulary_size);
    }
    const std::uint32_t result = joined(best.symbols);
    merged.push_back(best.pair);
    for (std::size_t i = best.begin; i < best.begin + best.size; ++i) merge(places_[i], best.symbols, result);
    enqueue_found();
  }

  std::vector<std::size_t> last(pairs_.size());
  for (std::size_t i = 0; i < merged.size(); ++i) last[merged[i]] = i;
  std::vector<SymbolPair> merges;
  merges.reserve(merged.size());
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (last[merged[i]] == i) merges.push_back(pairs_.pair(merged[i]));
  }
  return merges;
}

}  // namespace

std::vector<SymbolPair> learn_merges(SymbolWords words, std::vector<std::string>& pieces, const Merging& merging,
                                     const Events& events) {
  return MergeLearner(std::move(words), pieces, merging).learn(events);
}

}  // namespace mana::subwords
