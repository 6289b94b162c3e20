#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"

namespace mana::text {

/// How text is cut into the words of word vectors, in training as in use.
struct WordSegmentation {
  enum class Split : std::uint8_t {
    words,   ///< runs of letters, marks and digits of any script (Unicode's categories L, M and N); one zero-width
             ///< joiner or non-joiner between two such runs is a part of the word; all else only separates, broken
             ///< UTF-8, too
    spaces,  ///< what stands between white space, as it is: new_york, user:123, don't; broken UTF-8 is U+FFFD in it
  };
  Split split = Split::words;
  bool lowercase = true;  ///< words are folded (CaseFolding, LastSigma); not with `spaces`
  /// Writes Arabic letters as Persian does (yeh and alef maksura as U+06CC, kaf as U+06A9), the digits of both as 0 to
  /// 9, and leaves the tatweel out. Not with `spaces`.
  bool persian = false;

  bool operator==(const WordSegmentation&) const = default;

  /// The same as stages of a tokenizer, to be written into a `tokenizer.json`.
  Normalizers normalizers() const;
  PreTokenizers pre_tokenizers() const {
    if (split == Split::spaces) return {{WhitespaceSplit{}}};
    return {{JoinedWords{}}};
  }
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
  bool next_run(const char*& at, const char* end);
  bool next_token(const char*& at, const char* end);

  WordSegmentation segmentation_;
  std::string word_;
};

}  // namespace mana::text
