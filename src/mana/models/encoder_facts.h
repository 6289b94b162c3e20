#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mana::models {

/// What others may know of an encoder, whatever its family.
struct EncoderFacts {
  std::size_t width = 0;  ///< of a token's vector
  std::size_t vocabulary = 0;
  std::optional<std::size_t> positions;  ///< the longest text, in tokens; nothing where any length will do
  std::size_t types = 0;                 ///< of tokens
  float hidden_dropout = 0;              ///< in training: of what the embeddings and each layer's two halves give
  float attention_dropout = 0;           ///< and of attention's probabilities
  std::size_t layers = 0;
  std::size_t layer_weights = 0;  ///< in the matrices of all layers: what each token is multiplied by

  using Value = std::variant<std::size_t, std::string>;
  std::vector<std::pair<std::string_view, Value>> listed;  ///< its sizes by name, the family as "type" first
  std::string summary;                                     ///< "bert, 6 layers of 384"
};

}  // namespace mana::models
