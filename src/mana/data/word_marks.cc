#include "mana/data/word_marks.h"

#include <cstdint>

namespace mana::data {

std::size_t id_end(const text::Tokenizer& tokenizer) {
  const std::size_t tokens = tokenizer.vocabulary_size();
  const std::size_t limit = 2 * tokens + (std::size_t{1} << 21);  // no vocabulary has larger ids
  std::size_t end = 0;
  for (std::size_t id = 0, found = 0; id < limit && found < tokens; ++id) {
    if (!tokenizer.find_token(static_cast<std::int32_t>(id))) continue;
    end = id + 1;
    ++found;
  }
  return end;
}

WordMarks::WordMarks(const text::Tokenizer& tokenizer, std::size_t end) {
  for (std::size_t id = 0; id < end; ++id) {
    const auto token = tokenizer.find_token(static_cast<std::int32_t>(id));
    if (!token) continue;
    if (token->size() > 2 && token->starts_with("##")) {
      continued = "##";
      begun = {};
      return;
    }
    for (const std::string_view mark : {"Ġ", "▁"}) {
      if (token->size() > mark.size() && token->starts_with(mark)) begun = mark;
    }
  }
}

bool WordMarks::continues(std::string_view token) const {
  if (!continued.empty()) return token.size() > continued.size() && token.starts_with(continued);
  return !begun.empty() && !token.starts_with(begun);
}

}  // namespace mana::data
