#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mana/base/json.h"
#include "mana/kernels/activation.h"
#include "mana/models/encoder_facts.h"
#include "mana/models/names.h"

namespace mana::models {

/// The sizes of a BERT encoder (Devlin et al. 2019), from the `config.json` of its folder.
struct BertConfig {
  static constexpr std::string_view kFamily = "bert";  ///< the file's model_type

  std::size_t vocabulary = 0;
  std::size_t positions = 0;  ///< the longest text, in tokens
  std::size_t types = 0;
  std::size_t model = 0;  ///< d_model
  std::size_t inner = 0;  ///< width of the feed-forward layer
  std::size_t layers = 0;
  std::size_t heads = 0;
  float norm_epsilon = 1e-12f;
  float hidden_dropout = 0.1f;     ///< in training
  float attention_dropout = 0.1f;  ///< in training
  kernels::Activation activation = kernels::Activation::gelu;
  std::string activation_name = "gelu";  ///< as the file calls it

  bool operator==(const BertConfig&) const = default;

  /// From the parsed file. Throws FormatError; another kind of positions and decoders are refused by name.
  static BertConfig read(const mana::json::Value& root);

  /// As a `config.json` of transformers for a model of this class ("BertForMaskedLM").
  std::string json(std::string_view architecture) const;

  const NameTable& names() const;
  EncoderFacts facts() const;
};

}  // namespace mana::models
