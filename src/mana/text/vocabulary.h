#pragma once

#include <optional>
#include <string_view>

#include "mana/text/token_table.h"

namespace mana::text {

/// Tokens and their ids, both ways. Ids may have gaps.
class Vocabulary {
 public:
  /// No id of a vocabulary of `count` tokens is as large as this, so that a file that lies cannot take all memory.
  static TokenId id_limit(std::size_t count) { return static_cast<TokenId>(2 * count + (1 << 20)); }

  Vocabulary() = default;
  /// A view of what compile() wrote. Throws FormatError.
  explicit Vocabulary(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  void reserve(std::size_t count, std::size_t bytes);
  /// The id is in [0, id_limit). Where a token or an id comes twice the last one counts.
  void insert(std::string_view token, TokenId id);

  std::optional<TokenId> id(std::string_view token) const;
  std::optional<std::string_view> token(TokenId id) const;
  /// The id of the unknown token. Throws FormatError, which names `place`, when it is not there.
  TokenId required(std::string_view unknown_token, std::string_view place) const;

  std::size_t size() const { return ids_.size(); }
  std::size_t id_end() const { return tokens_.size(); }  ///< one more than the largest id
  const TokenTable& table() const { return ids_; }

 private:
  static constexpr std::uint32_t kUnused = 0xFFFFFFFF;
  struct Token {
    std::uint32_t begin = 0;
    std::uint32_t size = kUnused;
  };
  TokenTable ids_;
  Array<Token> tokens_;  // by id
};

}  // namespace mana::text
