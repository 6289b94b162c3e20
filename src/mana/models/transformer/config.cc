#include "mana/models/transformer/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/ctranslate2.h"
#include "mana/formats/other_weights.h"
#include "mana/models/config_values.h"
#include "mana/models/transformer/marian_names.h"

namespace mana::models {
namespace {

using nn::NormPlace;
using nn::SinusoidShape;
using PositionKind = TransformerConfig::PositionKind;

/// What config.json calls the values of a choice; what MarianMT has is the first.
template <class Choice, std::size_t N>
using Names = std::array<std::pair<std::string_view, Choice>, N>;

constexpr Names<NormPlace, 2> kNormPlaces = {{{"behind", NormPlace::behind}, {"before", NormPlace::before}}};
constexpr Names<PositionKind, 3> kPositionKinds = {
    {{"sinusoidal", PositionKind::sinusoidal}, {"trained", PositionKind::trained}, {"none", PositionKind::none}}};
constexpr Names<SinusoidShape::Order, 2> kOrders = {
    {{"halves", SinusoidShape::Order::halves}, {"interleaved", SinusoidShape::Order::interleaved}}};
constexpr Names<SinusoidShape::Last, 2> kLasts = {{{"half-width", SinusoidShape::Last::half_width},
                                                   {"half-width-less-one", SinusoidShape::Last::half_width_less_one}}};

template <class Choice, std::size_t N>
void read_choice(const json::Value& root, std::string_view key, const Names<Choice, N>& names, Choice& choice) {
  const auto value = root.find(key);
  if (!value) return;
  for (const auto& [name, each] : names) {
    if (value->string() != name) continue;
    choice = each;
    return;
  }
  value->fail(fmt::format("is '{}', which is not known here", value->string()));
}

template <class Choice, std::size_t N>
std::string_view name_of(Choice choice, const Names<Choice, N>& names) {
  for (const auto& [name, each] : names) {
    if (each == choice) return name;
  }
  return names.front().first;
}

bool flag_at(const json::Value& root, std::string_view key, bool otherwise) {
  const auto value = root.find(key);
  return value ? value->boolean() : otherwise;
}

constexpr std::size_t kMostSinusoids = 1 << 25;  // values, which no weights prove

TransformerConfig::Stack stack_at(const json::Value& root, std::string_view side) {
  const auto size = [&](std::string_view what, std::int64_t most) {
    return size_at(root, fmt::format("{}_{}", side, what), most);
  };
  return {size("layers", kMostLayers), size("attention_heads", kMostWidth), size("ffn_dim", kMostWidth)};
}

std::int32_t token_at(const json::Value& root, std::string_view key) {
  return static_cast<std::int32_t>(root.at(key).integer(0, kMostRows));
}

constexpr std::string_view kMarian = "marian", kOwn = "mana-transformer";

/// What MarianMT has no word for.
void read_own(const json::Value& root, TransformerConfig& config) {
  read_choice(root, "norm_place", kNormPlaces, config.norm);
  read_choice(root, "position_kind", kPositionKinds, config.position_kind);
  read_choice(root, "sinusoid_order", kOrders, config.sinusoids.order);
  read_choice(root, "sinusoid_periods", kLasts, config.sinusoids.last);
  if (const auto first = root.find("first_position")) {
    config.sinusoids.first = static_cast<std::size_t>(first->integer(0, kMostRows));
  }
  if (root.find("head_width")) config.head_width = size_at(root, "head_width", kMostWidth);
  if (root.find("attention_neighbours")) config.neighbours = size_at(root, "attention_neighbours", kMostRows);
  config.norm_epsilon = norm_epsilon_at(root, "layer_norm_eps", config.norm_epsilon);
  config.attention_bias = flag_at(root, "attention_bias", true);
  config.last_norms = flag_at(root, "last_norms", false);
}

/// Old MarianMT files say what they do not have.
void refuse_unlike_marian(const json::Value& root) {
  for (const std::string_view key : {"normalize_before", "normalize_embedding", "add_final_layer_norm"}) {
    if (const auto value = root.find(key); value && value->boolean()) {
      value->fail("is true; MarianMT of transformers has no such norm, and neither has this model");
    }
  }
}

}  // namespace

TransformerConfig TransformerConfig::read(const json::Value& root) {
  const json::Value type = root.at("model_type");
  const bool own = type.string() == kOwn;
  if (!is_translator_type(type.string())) {
    type.fail(
        fmt::format("is '{}'; translators of the kinds '{}' and '{}' are supported", type.string(), kMarian, kOwn));
  }
  TransformerConfig config;
  config.source_vocabulary = size_at(root, "vocab_size", kMostRows);
  config.target_vocabulary =
      root.find("decoder_vocab_size") ? size_at(root, "decoder_vocab_size", kMostRows) : config.source_vocabulary;
  config.positions = size_at(root, "max_position_embeddings", kMostRows);
  config.model = size_at(root, "d_model", kMostWidth);
  config.encoder = stack_at(root, "encoder");
  config.decoder = stack_at(root, "decoder");
  const json::Value activation = root.at("activation_function");
  config.activation = activation_of(activation);
  config.activation_name = activation.string();
  config.scale_embedding = flag_at(root, "scale_embedding", false);
  config.one_table = flag_at(root, "share_encoder_decoder_embeddings", true);
  config.tied_output = flag_at(root, "tie_word_embeddings", true);
  config.dropout = probability_at(root, "dropout", 0.1f);
  config.attention_dropout = probability_at(root, "attention_dropout", 0);
  config.pad = token_at(root, "pad_token_id");
  config.end = token_at(root, "eos_token_id");
  config.start = token_at(root, "decoder_start_token_id");
  if (own) {
    read_own(root, config);
  } else {
    refuse_unlike_marian(root);
  }
  try {
    config.check();
  } catch (const ArgumentError& error) {
    root.fail(error.what());
  }
  return config;
}

TransformerConfig TransformerConfig::read(const std::filesystem::path& folder) {
  const json::Document document = json::Document::read(folder / "config.json");
  return read(document.root());
}

void TransformerConfig::check() const {
  const auto require = [](bool holds, std::string_view message) {
    if (!holds) throw ArgumentError(std::string(message));
  };
  require(model % 2 == 0 && model >= 4, fmt::format("a width of {} is not an even number from 4 on", model));
  for (const auto& [stack, side] : {std::pair(encoder, "encoder"), std::pair(decoder, "decoder")}) {
    require(stack.heads > 0 && (head_width != 0 || model % stack.heads == 0),
            fmt::format("{} heads of the {} do not divide the width {}", stack.heads, side, model));
    require(stack.inner > 0, fmt::format("the {} has a feed-forward layer of width 0", side));
    require(stack.layers * std::max(model, stack.inner) <= kMostLayerWidths,
            fmt::format("no {} has {} layers of such a width", side, stack.layers));
    require(head_width_of(stack) * stack.heads <= static_cast<std::size_t>(kMostWidth),
            fmt::format("{} heads of {} are too wide", stack.heads, head_width_of(stack)));
  }
  require(positions > 0, "there are no positions");
  require(position_kind != PositionKind::sinusoidal || positions <= kMostSinusoids / model,
          fmt::format("{} positions of width {} are too many", positions, model));
  require(!one_table || source_vocabulary == target_vocabulary,
          fmt::format("one table for both languages needs one vocabulary, not {} and {} tokens", source_vocabulary,
                      target_vocabulary));
  for (const auto& [token, name] : {std::pair(pad, "pad"), std::pair(end, "end"), std::pair(start, "start")}) {
    require(token >= 0 && static_cast<std::size_t>(token) < target_vocabulary,
            fmt::format("the {} token {} is not among the {} of the target", name, token, target_vocabulary));
  }
}

bool TransformerConfig::is_marian() const {
  return norm == NormPlace::behind && !last_norms && position_kind == PositionKind::sinusoidal &&
         sinusoids == SinusoidShape{} && head_width == 0 && attention_bias && !neighbours && norm_epsilon == 1e-5f;
}

std::string TransformerConfig::json() const {
  nlohmann::ordered_json root = {{"architectures", {"MarianMTModel"}},   {"model_type", kMarian},
                                 {"vocab_size", source_vocabulary},      {"decoder_vocab_size", target_vocabulary},
                                 {"max_position_embeddings", positions}, {"d_model", model}};
  for (const auto& [stack, side] : {std::pair(encoder, "encoder"), std::pair(decoder, "decoder")}) {
    root[fmt::format("{}_layers", side)] = stack.layers;
    root[fmt::format("{}_attention_heads", side)] = stack.heads;
    root[fmt::format("{}_ffn_dim", side)] = stack.inner;
  }
  root["activation_function"] = activation_name;
  root["scale_embedding"] = scale_embedding;
  root["share_encoder_decoder_embeddings"] = one_table;
  root["tie_word_embeddings"] = tied_output;
  root["dropout"] = shortest(dropout);
  root["attention_dropout"] = shortest(attention_dropout);
  root["activation_dropout"] = 0.0;
  root["pad_token_id"] = pad;
  root["eos_token_id"] = end;
  root["forced_eos_token_id"] = end;
  root["decoder_start_token_id"] = start;
  root["is_encoder_decoder"] = true;
  root["dtype"] = "float32";
  if (!is_marian()) {
    root["architectures"] = {"ManaTransformer"};
    root["model_type"] = kOwn;
    root["norm_place"] = name_of(norm, kNormPlaces);
    root["last_norms"] = last_norms;
    root["layer_norm_eps"] = shortest(norm_epsilon);
    root["position_kind"] = name_of(position_kind, kPositionKinds);
    root["sinusoid_order"] = name_of(sinusoids.order, kOrders);
    root["sinusoid_periods"] = name_of(sinusoids.last, kLasts);
    root["first_position"] = sinusoids.first;
    root["attention_bias"] = attention_bias;
    if (head_width != 0) root["head_width"] = head_width;
    if (neighbours) root["attention_neighbours"] = *neighbours;
  }
  return root.dump(2) + "\n";
}

std::vector<std::pair<std::string_view, EncoderFacts::Value>> TransformerConfig::listed() const {
  const auto stack = [&](const Stack& of) {
    return fmt::format("{} layers, {} heads of {}, inner {}", of.layers, of.heads, head_width_of(of), of.inner);
  };
  const char* const tables = one_table
                                 ? (tied_output ? "one for source, target and logits" : "one for source and target")
                             : tied_output ? "one for source, one for target and logits"
                                           : "three";
  return {{"type", std::string(is_marian() ? kMarian : kOwn)},
          {"width", model},
          {"encoder", stack(encoder)},
          {"decoder", stack(decoder)},
          {"norms", std::string(norm == NormPlace::behind ? "behind the branches" : "before the branches") +
                        (last_norms ? ", and behind each stack" : "")},
          {"activation", activation_name},
          {"order", std::string(name_of(position_kind, kPositionKinds))},
          {"positions", positions},
          {"source vocabulary", source_vocabulary},
          {"target vocabulary", target_vocabulary},
          {"tables", std::string(tables)}};
}

bool is_translator_type(std::string_view model_type) { return model_type == kMarian || model_type == kOwn; }

bool is_translator(const std::filesystem::path& folder) {
  if (formats::holds_ctranslate2(folder)) formats::refuse_other_weights(folder);
  if (!file_exists(folder / "config.json")) return false;
  const json::Document document = json::Document::read(folder / "config.json");
  const auto type = document.root().find("model_type");
  return type && type->is_string() && is_translator_type(type->string());
}

const NameTable& TransformerConfig::names() const { return kMarianNames[one_table ? 1 : 0][tied_output ? 1 : 0]; }

}  // namespace mana::models
