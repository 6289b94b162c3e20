#include <algorithm>

#include "mana/text/lower_case.h"
#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"

namespace mana::text {
namespace {

// Puts what `change` makes of each word, by itself, in its place.
template <class Change>
void change_words(NormalizedText& text, Words& words, Change&& change) {
  NormalizedWriter writer(text);
  NormalizedText alone;
  for (std::size_t i = 0; i < words.size(); ++i) {
    alone.assign(text, words[i]);
    change(alone);
    const std::uint32_t begin = writer.size();
    const std::string_view changed = alone.text();
    for_each_code_point(changed, [&](char32_t c, std::size_t at, std::size_t size) {
      const auto first = static_cast<std::uint32_t>(at);
      writer.put(c, alone.source({first, first + static_cast<std::uint32_t>(size)}));
    });
    words.data()[i] = {begin, writer.size()};
  }
  writer.finish();
}

}  // namespace

void LowercaseWords::operator()(NormalizedText& text, Words& words) const {
  change_words(text, words, [&](NormalizedText& word) {
    if (std::ranges::find(except, word.text()) == except.end()) lower_case(word);
  });
}

void CompatibleWords::operator()(NormalizedText& text, Words& words) const {
  const Replace reiwa{std::string(kSquareReiwa), std::string(kReiwa)};
  change_words(text, words, [&](NormalizedText& word) {
    reiwa(word);
    NormalForm{Equivalence::compatibility, true}(word);
  });
}

}  // namespace mana::text
