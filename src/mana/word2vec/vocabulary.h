#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mana::word2vec {

/// Words by falling count; those counted alike in the order of the text.
struct WordList {
  std::vector<std::string> words;
  std::vector<std::uint64_t> counts;

  std::size_t size() const { return words.size(); }
};

/// Counts words and numbers them in the order of the text, in one step.
class WordCounter {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// Beyond `limit` words the rarest are forgotten, those seen once first; should they come again, they are new ones.
  explicit WordCounter(std::size_t limit);

  /// The number of the word, counted once more.
  std::uint32_t add(std::string_view word);
  /// Counts a word by its number.
  void add(std::uint32_t number) { ++counts_[number]; }
  /// Numbers that were given out.
  std::size_t size() const { return counts_.size(); }
  std::string_view word(std::uint32_t number) const;
  std::uint64_t count(std::uint32_t number) const { return counts_[number]; }
  /// Sets all counts to zero, to count again by number.
  void restart() { counts_.assign(counts_.size(), 0); }

  struct Choice {
    WordList words;
    std::vector<std::uint32_t> places;  ///< [size()]: that of a number in `words`, or kNone
  };
  /// Words counted `min_count` times or more; of these the `limit` most frequent, 0: all.
  Choice choose(std::uint64_t min_count, std::size_t limit) const;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  void grow();
  void forget_rarest();
  void insert(Slot slot);

  std::size_t limit_;
  std::size_t held_ = 0;  // words in slots_
  std::uint64_t rarest_ = 1;
  std::vector<Slot> slots_;  // open addressing; a power of two
  std::vector<char> letters_;
  std::vector<std::uint64_t> ends_;  // of each number's word in letters_
  std::vector<std::uint64_t> counts_;
};

}  // namespace mana::word2vec
