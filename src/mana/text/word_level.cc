#include "mana/text/word_level.h"

#include <limits>

namespace mana::text {

WordLevel::WordLevel(Vocabulary vocabulary, std::string_view unknown_token, std::string_view place)
    : vocabulary_(std::move(vocabulary)), unknown_(vocabulary_.required(unknown_token, place)) {}

WordLevel::WordLevel(FlatReader& bytes)
    : vocabulary_(bytes), unknown_(static_cast<TokenId>(bytes.number(std::numeric_limits<TokenId>::max()))) {
  if (!vocabulary_.token(unknown_)) bytes.fail("the vocabulary lacks the unknown token");
}

void WordLevel::compile(FlatWriter& bytes) const {
  vocabulary_.compile(bytes);
  bytes.number(static_cast<std::uint64_t>(unknown_));
}

void WordLevel::operator()(std::string_view text, const Words& words, ModelMemory&, Pieces& pieces) const {
  const TokenTable& table = vocabulary_.table();
  for (const Range word : words) {
    const char* bytes = text.data() + word.begin;
    const TokenId id = table.find(bytes, word.size(), table.prepare(bytes, word.size()));
    pieces.push_back({id == TokenTable::kNone ? unknown_ : id, word});
  }
}

}  // namespace mana::text
