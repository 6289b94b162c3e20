#include "mana/subwords/sentencepiece_bpe.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/subwords/merge_learner.h"
#include "mana/subwords/pair_table.h"
#include "mana/subwords/sentence_room.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

class PieceLearner {
 public:
  PieceLearner(const SentenceWords& words, const PieceRules& rules) : rules_(rules) {
    std::unordered_map<char32_t, std::uint32_t> numbers;
    for (const SentenceWords::Word& word : words.words) {
      words_.begin_word(word.count);
      for (const char* at = word.text.data(); at < word.text.data() + word.text.size();) {
        const char32_t c = text::decode(at);
        const auto [number, added] = numbers.emplace(c, static_cast<std::uint32_t>(symbols_.size()));
        if (added) symbols_.emplace_back(1, c);
        words_.add(number->second);
      }
    }
    for (std::uint32_t word = 0; word < words_.size(); ++word) {
      const std::uint32_t* const symbols = words_.symbols(word);
      for (std::uint32_t i = 0; i + 1 < words_.length(word); ++i) change(word, {symbols[i], symbols[i + 1]}, true);
    }
    enqueue_found();
  }

  std::vector<std::string> learn(std::size_t wanted, const Events& events);

 private:
  // A pair of symbols: the piece that it makes, nothing where the rules forbid it, and the words where it came about.
  struct Pair {
    std::u32string piece;
    std::size_t begin = 0;  // in places_
    std::size_t size = 0;
    std::size_t found = 0;  // how often it came about, twice in a word too
  };
  struct Candidate {
    std::int64_t count;  // as it was when this was put into the queue
    std::uint32_t pair;
  };
  struct Found {
    std::uint32_t pair, word;
  };

  void change(std::uint32_t word, SymbolPair pair, bool there);
  void enqueue_found();
  void merge(std::uint32_t word, SymbolPair pair, std::uint32_t result);

  const PieceRules& rules_;
  SymbolWords words_;
  std::vector<std::u32string> symbols_;
  PairTable table_;
  std::vector<Pair> pairs_;  // by their numbers in the table
  std::vector<std::uint32_t> places_;
  std::vector<Found> found_;  // pairs that came about in the last merge
  std::vector<Candidate> queue_;
  // The largest count is on top of the heap, then the shortest piece, then the first. UTF-8 is in the order of UTF-32.
  auto later() const {
    return [this](const Candidate& a, const Candidate& b) {
      if (a.count != b.count) return a.count < b.count;
      const std::u32string &one = pairs_[a.pair].piece, &other = pairs_[b.pair].piece;
      if (one.size() != other.size()) return one.size() > other.size();
      if (one != other) return one > other;
      return a.pair > b.pair;
    };
  }
};

void PieceLearner::change(std::uint32_t word, SymbolPair pair, bool there) {
  const std::uint32_t number = table_.number(pair);
  if (number == pairs_.size()) {
    Pair made{.piece = symbols_[pair.first] + symbols_[pair.second]};
    if (!rules_.allow(made.piece)) made.piece.clear();
    pairs_.push_back(std::move(made));
  }
  if (pairs_[number].piece.empty()) return;
  const auto count = static_cast<std::int64_t>(words_.count(word));
  table_.count(number) += there ? count : -count;
  if (!there) return;
  ++pairs_[number].found;
  found_.push_back({number, word});
}

// All words where a pair comes about are found in one go, in order: at first, or when one of its symbols has just been
// made.
void PieceLearner::enqueue_found() {
  for (const Found& found : found_) {
    Pair& pair = pairs_[found.pair];
    if (pair.size == 0) {
      pair.begin = places_.size();
      places_.resize(places_.size() + pair.found);
      queue_.push_back({table_.count(found.pair), found.pair});
      std::ranges::push_heap(queue_, later());
    }
    if (pair.size == 0 || places_[pair.begin + pair.size - 1] != found.word) {
      places_[pair.begin + pair.size++] = found.word;
    }
  }
  found_.clear();
}

void PieceLearner::merge(std::uint32_t word, SymbolPair pair, std::uint32_t result) {
  words_.merge(word, pair, result, [&](SymbolPair other, bool there) { change(word, other, there); });
}

std::vector<std::string> PieceLearner::learn(std::size_t wanted, const Events& events) {
  constexpr std::size_t kSeldom = 64;  // pieces between two looks at the stop token
  std::vector<std::string> learnt;
  std::unordered_set<std::string> known;
  while (learnt.size() < wanted && !queue_.empty()) {
    std::ranges::pop_heap(queue_, later());
    Candidate& top = queue_.back();
    if (top.count != table_.count(top.pair)) {
      top.count = table_.count(top.pair);
      std::ranges::push_heap(queue_, later());
      continue;
    }
    const Pair best = pairs_[top.pair];
    const SymbolPair symbols = table_.pair(top.pair);
    queue_.pop_back();
    std::string piece;
    for (const char32_t c : best.piece) {
      char bytes[4];
      piece.append(bytes, text::encode(c, bytes));
    }
    if (!known.insert(piece).second) continue;
    if (learnt.size() % kSeldom == 0) {
      if (events.stop.stop_requested()) throw Cancelled("the training was cancelled");
      events.progress("learning", "pieces", learnt.size(), wanted);
    }
    learnt.push_back(std::move(piece));
    const auto result = static_cast<std::uint32_t>(symbols_.size());
    symbols_.push_back(best.piece);
    for (std::size_t i = best.begin; i < best.begin + best.size; ++i) merge(places_[i], symbols, result);
    enqueue_found();
  }
  return learnt;
}

}  // namespace

std::vector<ScoredPiece> train_sentencepiece_bpe(const SentenceWords& words, const SentencePieceBpeSettings& settings,
                                                 const Events& events) {
  const std::size_t fixed = require_room(words, settings.special, settings.pieces);
  std::vector<ScoredPiece> pieces;
  pieces.reserve(settings.pieces - settings.special);
  const auto add = [&](std::string piece) { pieces.push_back({std::move(piece), -static_cast<float>(pieces.size())}); };
  for (std::string& piece : PieceLearner(words, settings.rules).learn(settings.pieces - fixed, events)) {
    add(std::move(piece));
  }
  for (const SentenceWords::Letter& letter : words.alphabet) {
    char bytes[4];
    add(std::string(bytes, text::encode(letter.c, bytes)));
  }
  require_reached(settings.special + pieces.size(), settings.pieces);
  return pieces;
}

}  // namespace mana::subwords
