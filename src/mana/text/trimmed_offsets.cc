#include "mana/text/trimmed_offsets.h"

#include "mana/base/valid_utf8.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr char32_t kSpaceAsALetter = 0x120;  // how byte-level vocabularies write a space

bool is_space(char32_t c) { return c == kSpaceAsALetter || has(c, kWhitespace); }

struct Spaces {
  std::size_t leading = 0, trailing = 0;
};

// A token of a damaged compiled vocabulary may be any bytes, and so may the text.
Spaces spaces_of(std::string_view token) {
  Spaces spaces;
  if (!is_utf8(token)) return spaces;
  bool only_spaces = true;
  for_each_code_point(token, [&](char32_t c, std::size_t, std::size_t) {
    only_spaces &= is_space(c);
    spaces.leading += only_spaces ? 1 : 0;
    spaces.trailing = is_space(c) ? spaces.trailing + 1 : 0;
  });
  return spaces;
}

}  // namespace

void trim_offsets(const Tokenizer::Pipeline& pipeline, std::string_view text, TokenSequence& tokens) {
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    auto& [begin, end] = tokens.offsets[i];
    // Added tokens are what stands in the text, with the white space that they take with them; but the unknown one may
    // stand for any word.
    const std::string_view here = text.substr(begin, end - begin);
    const auto added = pipeline.added.token(tokens.ids[i]);
    const std::string_view token =
        added && here.find(*added) != here.npos ? here : pipeline.vocabulary().token(tokens.ids[i]).value_or("");
    Spaces spaces = spaces_of(token);
    const bool first = i == 0 || begin == 0;
    if (first && pipeline.prefix_space && spaces.leading == 1) spaces.leading = 0;
    // By code points; the text is the original one, which may be broken, so that a step must not leave the token.
    for (; spaces.leading > 0 && begin < end; --spaces.leading) {
      do ++begin;
      while (begin < end && is_continuation(text[begin]));
    }
    for (; spaces.trailing > 0 && begin < end; --spaces.trailing) {
      do --end;
      while (begin < end && is_continuation(text[end]));
    }
  }
}

}  // namespace mana::text
