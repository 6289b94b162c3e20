#include "mana/text/word_spaces.h"

#include "mana/text/case_folding.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::text {

void WordSpaces::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  const char* const end = all.data() + all.size();
  NormalizedWriter writer(text);
  bool word_before = false;  // the code point before is of a word
  bool between = false;      // others stand before, and no space for them yet
  Offsets last{};            // of these
  const auto write_space = [&] {
    // The reference aligns everything new with the last code point that it replaces.
    if (between) writer.put(U' ', last);
    between = false;
  };
  for_each_code_point(all, [&](char32_t c, std::size_t begin, std::size_t size) {
    const bool of_word = has(c, kInWord);
    const char* const next = all.data() + begin + size;
    const auto joins = [&] {
      if (!is_joiner(c) || !word_before || next == end) return false;
      const char* at = next;
      return has(decode(at), kInWord);
    };
    const bool kept = of_word || c == U'\n' || joins();
    if (kept) {
      write_space();
      writer.copy(all.data() + begin, begin, size);
    } else {
      between = true;
      last = writer.source(begin, size);
    }
    word_before = of_word;
  });
  write_space();
  writer.finish();
}

}  // namespace mana::text
