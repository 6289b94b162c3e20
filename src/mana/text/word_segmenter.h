#pragma once

#include <string>
#include <string_view>

#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"

namespace mana::text {

/// How text is cut into the words of word vectors, in training as in use: a word is a run of letters, marks and digits
/// of any script (Unicode's categories L, M and N); one zero-width non-joiner between two such runs is a part of it.
/// Everything else, broken UTF-8 included, only separates words.
struct WordSegmentation {
  bool lowercase = true;
  /// Writes Arabic letters as Persian does (yeh and alef maksura as U+06CC, kaf as U+06A9), the digits of both as 0 to
  /// 9, and leaves the tatweel out.
  bool persian = false;

  bool operator==(const WordSegmentation&) const = default;

  /// The same as stages of a tokenizer, to be written into a `tokenizer.json`.
  Normalizers normalizers() const;
  PreTokenizers pre_tokenizers() const { return {{UnicodeWords{}}}; }
};

/// Finds the words of texts in one pass, without the stages.
class WordSegmenter {
 public:
  explicit WordSegmenter(WordSegmentation segmentation = {}) : segmentation_(segmentation) {}

  /// Calls emit(std::string_view) for every word in order; it is valid until emit returns. The words of a text are
  /// those of its parts if it is cut at ASCII white space.
  template <class Emit>
  void operator()(std::string_view text, Emit&& emit) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (next(at, end)) emit(std::string_view(word_));
  }

  const WordSegmentation& segmentation() const { return segmentation_; }

 private:
  /// Puts the next word into word_ and moves `at` behind it; false when there is none.
  bool next(const char*& at, const char* end);

  WordSegmentation segmentation_;
  std::string word_;
};

}  // namespace mana::text
