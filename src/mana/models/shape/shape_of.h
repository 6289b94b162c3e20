#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <variant>

#include "mana/models/masked/masked_model.h"
#include "mana/models/shape/model_shape.h"
#include "mana/models/transformer/config.h"

namespace mana::models {

/// The heads of pre-training that stand upon an encoder.
struct PretrainingHeads {
  bool masked_words = false;
  bool next_sentence = false;  ///< beside masked words
};

/// An encoder with its heads.
struct EncoderShape {
  MaskedModelConfig config;
  PretrainingHeads heads;
};

/// The sizes of a model of some family.
using ShapeConfig = std::variant<TransformerConfig, EncoderShape>;

/// Those of a `config.json`, with the heads of its class ("BertForMaskedLM"). Throws IoError; FormatError that names
/// the place.
ShapeConfig read_shape_config(const std::filesystem::path& file);

/// What the parts of a model are, in the order in which a text of `length` tokens goes through them (128, or as many as
/// the model reads, unless it is given), without weights. All throw ArgumentError for a length that the model does not
/// read, or sizes that cannot be counted.
ModelShape shape_of(const TransformerConfig& config, std::optional<std::size_t> length);
ModelShape shape_of(const EncoderShape& encoder, std::optional<std::size_t> length);
ModelShape shape_of(const ShapeConfig& config, std::optional<std::size_t> length);

/// N: a length that is in reach of `positions`.
Formula tokens_of(std::string_view symbol, std::optional<std::size_t> length, std::size_t positions);

}  // namespace mana::models
