// What holds of every tokenizer that could be read, whatever it was read from.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Its tokens lie in the text and in its vocabulary, and the compiled tokenizer gives the same.
inline void check_tokenizer(const text::Tokenizer& tokenizer, std::string_view text) {
  const text::Encoding encoding = tokenizer.encode(text);
  require(encoding.offsets.size() == encoding.ids.size());
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    require(encoding.offsets[i].begin <= encoding.offsets[i].end && encoding.offsets[i].end <= text.size());
    tokenizer.token(encoding.ids[i]);
  }
  tokenizer.decode(encoding.ids, false);
  const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  require(text::Tokenizer::from_compiled(*bytes, bytes).encode(text).ids == encoding.ids);
}

}  // namespace mana::fuzz
