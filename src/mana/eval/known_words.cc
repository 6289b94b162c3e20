#include "mana/eval/known_words.h"

#include <algorithm>

#include "mana/text/case_folding.h"

namespace mana::eval {

KnownWords::KnownWords(const formats::WordVectors& vectors, std::size_t among) {
  const std::size_t count = std::min(among, vectors.size());
  places_.reserve(count);
  for (std::size_t word = 0; word < count; ++word) places_.emplace(text::fold_case(vectors.words[word]), word);
}

std::optional<std::size_t> KnownWords::find(std::string_view word) const {
  const auto found = places_.find(text::fold_case(word));
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace mana::eval
