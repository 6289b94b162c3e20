#include "mana/word2vec/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/word2vec/phrases.h"
#include "mana/word2vec/text_reader.h"

namespace mana::word2vec {
namespace {

/// A block ends with a line once it has three quarters of its words.
constexpr std::size_t kEnoughWords = Corpus::kBlockWords / 4 * 3;

template <class T>
std::uint64_t extended(std::uint64_t digest, const T& values) {
  return xxh64(std::as_bytes(std::span(values)), digest);
}

}  // namespace

Corpus::Corpus(std::span<const std::filesystem::path> inputs, const CorpusOptions& options,
               const std::function<void(std::uint64_t)>& read_bytes, const std::stop_token& stop) {
  WordCounter counter(options.counted);
  TokenFile numbers;
  text::WordSegmenter segmenter(options.segmentation);
  std::uint64_t bytes_before = 0;  // in the files before
  bool open_line = false;
  const auto end_line = [&] {
    if (open_line) numbers.append(kLineEnd);
    open_line = false;
  };
  for (const std::filesystem::path& input : inputs) {
    TextReader reader(input, options.format, stop);
    for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) {
      if (stop.stop_requested()) throw Cancelled("the reading of the text was cancelled");
      if (options.segmentation.split == text::WordSegmentation::Split::words) {
        underscores_ += static_cast<std::uint64_t>(std::ranges::count(piece, '_'));
      }
      while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        segmenter(piece.substr(0, end), [&](std::string_view word) {
          numbers.append(counter.add(word));
          ++words_read_;
          open_line = true;
        });
        if (end == std::string_view::npos) break;
        end_line();
        piece.remove_prefix(end + 1);
      }
      if (read_bytes) read_bytes(bytes_before + reader.position());
    }
    end_line();
    bytes_before += reader.position();
    notes_.push_back(reader.notes());
  }
  numbers.flush();
  if (words_read_ == 0) throw ArgumentError("there is no word in the input to train on");
  if (counter.size() == 1) {
    throw ArgumentError(words_read_ == 1 ? "the input is a single word, and training needs two"
                                         : "the input is one word again and again, and training needs two words");
  }
  for (unsigned pass = 0; pass < options.phrase_passes; ++pass)
    numbers = join_phrases(numbers, counter, {options.min_count, options.phrase_threshold, pass, stop});
  WordCounter::Choice choice = counter.choose(options.min_count, options.vocabulary);
  vocabulary_ = std::move(choice.words);
  if (vocabulary_.size() == 1 && options.vocabulary == 1 && counter.choose(options.min_count, 2).words.size() == 2) {
    throw ArgumentError(
        "a vocabulary of one word leaves nothing to learn, and training needs two; raise `vocabulary` (0: all)");
  }
  if (vocabulary_.size() < 2) {
    throw ArgumentError(
        fmt::format("{} of the {} words of the input {} {} times or more, and training needs two; lower `min_count`",
                    vocabulary_.size() == 0 ? "none" : "only one", counter.size(),
                    vocabulary_.size() == 0 ? "stand there" : "stands there", options.min_count));
  }
  encode(numbers, choice.places);
  if (!has_pairs_) {
    throw ArgumentError(
        "no line of the input has two words of the vocabulary side by side, which is what training learns from; put "
        "texts "
        "on lines, not single words, or lower `min_count`");
  }
}

void Corpus::encode(const TokenFile& numbers, const std::vector<std::uint32_t>& places) {
  std::size_t in_block = kBlockWords;  // a block begins with the first word
  std::uint32_t before = kLineEnd;
  std::vector<std::uint32_t> digested;
  const auto append = [&](std::uint32_t token) {
    tokens_.append(token);
    digested.push_back(token);
    if (digested.size() < kBlockWords) return;
    digest_ = extended(digest_, digested);
    digested.clear();
  };
  for_each_token(numbers, [&](std::uint32_t number) {
    const std::uint32_t token = number == kLineEnd ? kLineEnd : places[number];
    if (number != kLineEnd && token == WordCounter::kNone) return;
    if (token == kLineEnd) {
      if (before == kLineEnd) return;  // no word of this line is left
      if (in_block >= kEnoughWords) in_block = kBlockWords;
    } else {
      if (in_block == kBlockWords) {
        blocks_.push_back({tokens_.size(), words_});
        in_block = 0;
      }
      ++in_block;
      ++words_;
      has_pairs_ |= before != kLineEnd;
    }
    before = token;
    append(token);
  });
  tokens_.flush();
  digest_ = extended(digest_, digested);
  digest_ = extended(digest_, vocabulary_.counts);
  for (const std::string& word : vocabulary_.words) digest_ = extended(digest_, word);
}

std::uint64_t Corpus::words_of(std::size_t block) const {
  return (block + 1 < blocks_.size() ? blocks_[block + 1].words_before : words_) - blocks_[block].words_before;
}

void Corpus::read(std::size_t block, std::vector<std::uint32_t>& tokens) const {
  const std::uint64_t end = block + 1 < blocks_.size() ? blocks_[block + 1].begin : tokens_.size();
  tokens.resize(static_cast<std::size_t>(end - blocks_[block].begin));
  tokens_.read(blocks_[block].begin, tokens);
}

}  // namespace mana::word2vec
