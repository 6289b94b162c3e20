#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/json.h"
#include "mana/kernels/activation.h"
#include "mana/models/encoder_facts.h"
#include "mana/models/names.h"
#include "mana/nn/positions.h"
#include "mana/nn/residual.h"

namespace mana::models {

/// The sizes and kinds of an encoder–decoder (Vaswani et al. 2017), from the `config.json` of its folder.
struct TransformerConfig {
  struct Stack {
    std::size_t layers = 6;
    std::size_t heads = 8;
    std::size_t inner = 2048;  ///< width of the feed-forward layer

    bool operator==(const Stack&) const = default;
  };
  enum class PositionKind : std::uint8_t { none, sinusoidal, trained };

  std::size_t source_vocabulary = 0;
  std::size_t target_vocabulary = 0;
  std::size_t positions = 512;  ///< the longest text, in tokens
  std::size_t model = 512;      ///< d_model
  Stack encoder;
  Stack decoder;
  std::size_t head_width = 0;             ///< d_k = d_v; 0: d_model / h
  bool attention_bias = true;             ///< W^Q, W^K, W^V and W^O have biases
  std::optional<std::size_t> neighbours;  ///< the encoder's tokens see so many on each side; none: all
  kernels::Activation activation = kernels::Activation::relu;
  std::string activation_name = "relu";  ///< as the file calls it
  nn::NormPlace norm = nn::NormPlace::behind;
  bool last_norms = false;  ///< one more norm behind each stack
  float norm_epsilon = 1e-5f;
  bool scale_embedding = true;  ///< by √d_model
  PositionKind position_kind = PositionKind::sinusoidal;
  nn::SinusoidShape sinusoids;
  bool one_table = true;    ///< source and target look up the same vectors
  bool tied_output = true;  ///< the logits' matrix is the target's table
  float dropout = 0.1f;     ///< in training
  float attention_dropout = 0.0f;
  std::int32_t pad = 0;    ///< its vector, which may begin targets, is not trained by lookups
  std::int32_t end = 0;    ///< what a target ends with
  std::int32_t start = 0;  ///< what a decoder begins with

  /// From the parsed file. Throws FormatError that names what cannot be.
  static TransformerConfig read(const json::Value& root);
  static TransformerConfig read(const std::filesystem::path& folder);
  /// Throws ArgumentError that names what cannot be: heads that do not divide the width, a start that is no token.
  void check() const;

  /// Whether MarianMT of transformers computes the same; else the file gives it a type of its own.
  bool is_marian() const;
  /// The text of `config.json`: read by transformers as MarianMT where it is that.
  std::string json() const;

  const NameTable& names() const;
  /// Its sizes by name, for people.
  std::vector<std::pair<std::string_view, EncoderFacts::Value>> listed() const;
  std::size_t head_width_of(const Stack& stack) const { return head_width == 0 ? model / stack.heads : head_width; }

  bool operator==(const TransformerConfig&) const = default;
};

/// Whether `config.json` calls a translator so.
bool is_translator_type(std::string_view model_type);
/// Whether the folder's `config.json` is a translator's. Throws IoError or FormatError where it cannot be read, or
/// where the folder is one of CTranslate2, which is to be converted first.
bool is_translator(const std::filesystem::path& folder);

}  // namespace mana::models
