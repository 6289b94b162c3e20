#pragma once

#include <concepts>
#include <filesystem>
#include <string_view>
#include <variant>

#include "mana/models/bert/bert.h"
#include "mana/models/sentence/pooled.h"
#include "mana/models/static/static_embedding.h"

/// The families of encoders. Nobody outside models/ names one: they ask for an EncoderConfig and its facts, or for
/// a SentenceModel.
namespace mana::models {

/// What a family's folder has: config.h, the layers put together, and the names of their tensors.
template <class Encoder>
concept TokenEncoder = requires(const Encoder& encoder, const typename Encoder::Config& config, const json::Value& root,
                                const kernels::WeightLayout& layout, const nn::Run& run, const nn::TokenBatch& batch) {
  { Encoder::Config::kFamily } -> std::convertible_to<std::string_view>;
  { Encoder::Config::read(root) } -> std::same_as<typename Encoder::Config>;
  { config.names() } -> std::same_as<const NameTable&>;
  { config.facts() } -> std::same_as<EncoderFacts>;
  { Encoder::make(config, layout) } -> std::same_as<Encoder>;
  { encoder(run, batch) } -> std::same_as<Tensor>;  // [tokens, model]
};

template <TokenEncoder... Encoders>
struct FamilyList {
  using Config = std::variant<typename Encoders::Config...>;
  using TextEncoder = std::variant<Pooled<Encoders>..., StaticEmbedding>;
};

/// The one list: a new family is a folder and its encoder's name here.
using Families = FamilyList<Bert>;

using EncoderConfig = Families::Config;
/// From the tokens of texts to a vector for each.
using TextEncoder = Families::TextEncoder;

/// The `config.json` of an encoder's folder. Throws IoError or FormatError; an architecture that is of no family here
/// is refused by name.
EncoderConfig read_encoder_config(const std::filesystem::path& folder);

EncoderFacts facts_of(const EncoderConfig& config);
const NameTable& names_of(const EncoderConfig& config);

/// The encoder in its shapes, without weights.
TextEncoder make_encoder(const EncoderConfig& config, PoolTokens pool, const kernels::WeightLayout& layout);

}  // namespace mana::models
