#include "mana/text/pre_tokenizer.h"

namespace mana::text {

void SpacePrefix::operator()(NormalizedText& text, Words& words) const {
  const std::string_view all = text.text();
  NormalizedWriter writer(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Range word = words[i];
    const std::uint32_t begin = writer.size();
    if (word.size() > 0 && all[word.begin] != ' ') {
      const char* second = all.data() + word.begin;
      decode(second);  // the space is from where the first code point is
      writer.put(' ', writer.source(word.begin, static_cast<std::size_t>(second - all.data()) - word.begin));
    }
    for_each_code_point(word.of(all), [&](char32_t, std::size_t at, std::size_t size) {
      writer.copy(all.data() + word.begin + at, word.begin + at, size);
    });
    words.data()[i] = {begin, writer.size()};
  }
  writer.finish();
}

}  // namespace mana::text
