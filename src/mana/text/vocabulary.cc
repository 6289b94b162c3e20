#include "mana/text/vocabulary.h"

namespace mana::text {

void Vocabulary::reserve(std::size_t count, std::size_t bytes) {
  ids_.reserve(count, bytes);
  tokens_.reserve(count);
}

void Vocabulary::insert(std::string_view token, TokenId id) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= tokens_.size()) tokens_.resize(index + 1);
  tokens_[index] = {ids_.insert(token, id), static_cast<std::uint32_t>(token.size())};
}

std::optional<TokenId> Vocabulary::id(std::string_view token) const {
  const TokenId found = ids_.find(token);
  return found == TokenTable::kNone ? std::nullopt : std::optional(found);
}

std::optional<std::string_view> Vocabulary::token(TokenId id) const {
  const auto index = static_cast<std::size_t>(id);
  if (id < 0 || index >= tokens_.size() || tokens_[index].size == kUnused) return std::nullopt;
  return ids_.stored(tokens_[index].begin, tokens_[index].size);
}

}  // namespace mana::text
