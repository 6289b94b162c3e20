#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/text_source.h"
#include "mana/text/word_segmenter.h"
#include "mana/word2vec/token_file.h"
#include "mana/word2vec/vocabulary.h"

namespace mana::word2vec {

/// What becomes of a text before training.
struct CorpusOptions {
  data::TextFormat format = {};  ///< of the files
  text::WordSegmentation segmentation;
  std::uint64_t min_count = 5;       ///< of a word that is to have a vector
  std::size_t vocabulary = 0;        ///< at most so many words, the most frequent ones; 0: all
  std::size_t counted = 30'000'000;  ///< words held at once while they are counted
  unsigned phrase_passes = 0;        ///< each joins pairs of words, or of what the pass before has joined
  double phrase_threshold = 100;     ///< the score that makes a phrase of a pair
};

/// A text as numbers of words, read once and encoded once: what training reads in every epoch, in blocks that each are
/// small enough for the cache and whole lines where these are short.
class Corpus {
 public:
  /// What ends a line among the numbers; no window reaches beyond it.
  static constexpr std::uint32_t kLineEnd = WordCounter::kNone;
  /// Words of a block, at most.
  static constexpr std::size_t kBlockWords = 8192;

  /// `read_bytes` is told how many bytes of the files, which may be packed, have been read. Throws IoError;
  /// ArgumentError when too few words are left to train on, which says why; Cancelled.
  Corpus(std::span<const std::filesystem::path> inputs, const CorpusOptions& options,
         const std::function<void(std::uint64_t)>& read_bytes = {}, const std::stop_token& stop = {});

  const WordList& vocabulary() const { return vocabulary_; }
  std::size_t blocks() const { return blocks_.size(); }
  /// The numbers of a block's words, and kLineEnd. Thread-safe.
  void read(std::size_t block, std::vector<std::uint32_t>& tokens) const;
  /// Words of the vocabulary in the text, and before a block.
  std::uint64_t words() const { return words_; }
  std::uint64_t words_before(std::size_t block) const { return blocks_[block].words_before; }
  std::uint64_t words_of(std::size_t block) const;

  /// What was read of the files in spite of a mistake.
  const std::vector<data::ReadingNotes>& notes() const { return notes_; }
  std::uint64_t words_read() const { return words_read_; }  ///< those that are in no vocabulary included
  /// Underscores in a text whose words are cut at them: many of them say that the tokens were meant as they are.
  std::uint64_t underscores() const { return underscores_; }
  /// Of the encoded text and the vocabulary: the same for the same text.
  std::uint64_t digest() const { return digest_; }

 private:
  struct Block {
    std::uint64_t begin;  ///< in tokens_
    std::uint64_t words_before;
  };

  void encode(const TokenFile& numbers, const std::vector<std::uint32_t>& places);

  WordList vocabulary_;
  TokenFile tokens_;
  std::vector<Block> blocks_;
  std::uint64_t words_ = 0;
  std::uint64_t words_read_ = 0;
  std::uint64_t digest_ = 0;
  std::uint64_t underscores_ = 0;
  bool has_pairs_ = false;  // a line has two words
  std::vector<data::ReadingNotes> notes_;
};

}  // namespace mana::word2vec
