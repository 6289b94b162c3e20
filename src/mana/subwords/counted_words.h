#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "mana/base/team.h"
#include "mana/subwords/text_blocks.h"

namespace mana::subwords {

/// A word and how often it stands in a text.
struct CountedWord {
  std::string_view text;
  std::uint64_t count = 0;
};

/// Counts words, in one thread.
class WordTally {
 public:
  WordTally() : slots_(kFirstSlots) {}
  /// Throws ArgumentError beyond four billion different words.
  void add(std::string_view word, std::uint64_t count = 1) { words_[number(word)].count += count; }
  /// By its number a word that is known is counted without being looked for. One that is new is not counted yet.
  std::uint32_t number(std::string_view word);
  void add(std::uint32_t number) { ++words_[number].count; }
  /// A line that is not cut at all.
  void leave_out_line() { ++lines_left_out_; }
  std::uint64_t lines_left_out() const { return lines_left_out_; }
  std::string_view text(std::uint32_t number) const { return text(words_[number]); }
  /// Calls visit(CountedWord) for each that was counted, in the order in which they came first.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Word& word : words_) {
      if (word.count > 0) visit(CountedWord{text(word), word.count});
    }
  }
  std::size_t size() const { return words_.size(); }  ///< counted or not
  std::size_t bytes() const { return bytes_.size(); }

 private:
  static constexpr std::size_t kFirstSlots = std::size_t{1} << 12;
  struct Word {
    std::uint64_t begin;  // in bytes_
    std::uint64_t count;
    std::uint32_t size;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  // of the word, from 1; 0: none
  };
  std::string_view text(const Word& word) const { return {bytes_.data() + word.begin, word.size}; }
  void grow();

  std::uint64_t lines_left_out_ = 0;
  std::vector<Slot> slots_;  // open addressing; a power of two
  std::vector<Word> words_;
  std::vector<char> bytes_;
};

/// The distinct words of a text by falling count, those counted alike in the order of their bytes: the same whatever
/// the order in which they were counted.
class CountedWords {
 public:
  CountedWords() = default;
  /// The counts of all tallies together. They are emptied.
  explicit CountedWords(std::span<WordTally> tallies);
  CountedWords(CountedWords&&) = default;
  CountedWords& operator=(CountedWords&&) = default;

  std::size_t size() const { return words_.size(); }
  bool empty() const { return words_.empty(); }
  const CountedWord& operator[](std::size_t i) const { return words_[i]; }
  auto begin() const { return words_.begin(); }
  auto end() const { return words_.end(); }
  /// All counts together.
  std::uint64_t total() const { return total_; }
  std::uint64_t lines_left_out() const { return lines_left_out_; }

 private:
  std::vector<char> bytes_;  // of the words
  std::vector<CountedWord> words_;
  std::uint64_t total_ = 0, lines_left_out_ = 0;
};

/// Cuts a line, which is UTF-8 and has its line end, into words and adds each to the tally. It may keep memory from
/// line to line: each thread has one of its own.
using WordCutter = std::function<void(std::string_view line, WordTally& words)>;

/// Counts the words of all lines with all threads; `make_cutter` is called once for each share of the work. `read` is
/// told how many bytes have been read so far, by one thread at a time. The result is the same for any number of
/// threads, as long as the words of a line are its own. Memory is that of the distinct words, once for each thread.
/// Throws what reading does: IoError, FormatError, Cancelled.
CountedWords count_words(TextBlocks& text, const std::function<WordCutter()>& make_cutter, Team& team,
                         const std::function<void(std::uint64_t bytes)>& read = {});

}  // namespace mana::subwords
