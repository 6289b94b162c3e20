#include "mana/text/vocabulary.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::text {

Vocabulary::Vocabulary(FlatReader& bytes) : ids_(bytes), tokens_(Array<Token>::of(bytes.array<Token>())) {
  for (const Token& token : tokens_.view()) {
    if (token.size != kUnused && !ids_.has_stored(token.begin, token.size)) {
      bytes.fail("a token lies outside its vocabulary");
    }
  }
  ids_.for_each([&](std::string_view, TokenId id) {
    if (!token(id)) bytes.fail("a token has an id that its vocabulary lacks");
  });
}

void Vocabulary::compile(FlatWriter& bytes) const {
  ids_.compile(bytes);
  bytes.array(tokens_.view());
}

void Vocabulary::reserve(std::size_t count, std::size_t bytes) {
  ids_.reserve(count, bytes);
  tokens_.reserve(count);
}

void Vocabulary::insert(std::string_view token, TokenId id) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= tokens_.size()) tokens_.resize(index + 1);
  tokens_.edit()[index] = {ids_.insert(token, id), static_cast<std::uint32_t>(token.size())};
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

TokenId Vocabulary::required(std::string_view unknown_token, std::string_view place) const {
  if (const auto found = id(unknown_token)) return *found;
  throw FormatError(
      fmt::format("{} lacks the unknown token \"{}\"; every vocabulary of words has it, so this is not the model's "
                  "vocabulary or it was cut off",
                  place, printable(unknown_token)));
}

}  // namespace mana::text
