#include "mana/models/transformer/ctranslate2.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/models/config_values.h"

namespace mana::models {
namespace {

using formats::Ctranslate2;
using formats::Shape;

/// Never likely, and no infinity where differences are taken.
constexpr float kNever = -1e9f;
/// CTranslate2 computes sinusoids for any length.
constexpr std::size_t kPositions = 1024;

/// The variables of a file, each to be taken once.
class Variables {
 public:
  explicit Variables(const Ctranslate2& model) : model_(model) {}

  [[noreturn]] void fail(std::string_view variable, std::string_view what) const {
    throw FormatError(fmt::format("{}: variable {} {}", model_.name(), printable(variable), what));
  }

  bool has(const std::string& variable) const { return model_.find(variable) != nullptr; }

  const Shape& shape(const std::string& variable) const { return model_.at(variable).shape; }
  std::uint64_t rows(const std::string& variable) const {
    const Shape& found = shape(variable);
    if (found.size() != 2 || found[0] == 0 || found[1] == 0) {
      fail(variable, fmt::format("has shape {}, but must be a matrix", formats::to_string(found)));
    }
    return found.front();
  }

  std::vector<float> values(const std::string& variable, const Shape& wanted) {
    if (const Shape& found = shape(variable); found != wanted) {
      fail(variable, fmt::format("has shape {}, but the others make it {}", formats::to_string(found),
                                 formats::to_string(wanted)));
    }
    used_.insert({variable, variable + "_scale"});
    return model_.f32(variable);
  }

  /// An option that is a number.
  std::optional<double> number(const std::string& variable) {
    used_.insert(variable);
    return model_.number(variable);
  }

  std::size_t count(const std::string& variable, std::size_t otherwise) {
    const auto value = number(variable);
    if (!value) return otherwise;
    if (*value < 1 || *value > static_cast<double>(kMostWidth) || *value != std::floor(*value)) {
      fail(variable, fmt::format("is {}, which cannot be", *value));
    }
    return static_cast<std::size_t>(*value);
  }

  bool flag(const std::string& variable, bool otherwise) { return number(variable).value_or(otherwise ? 1 : 0) != 0; }

  /// What makes no difference to this model.
  void ignore(const std::string& variable) { used_.insert(variable); }
  void refuse(const std::string& variable) {
    if (flag(variable, false)) fail(variable, "is true, which this program's translators have not");
  }

  void require_all_used() const {
    for (const auto& [name, tensor] : model_.content().variables) {
      if (!used_.contains(name)) fail(name, "belongs to a kind of model that is not supported here");
    }
  }

 private:
  const Ctranslate2& model_;
  std::set<std::string, std::less<>> used_;
};

bool is_integer(DType type) { return type == DType::i8 || type == DType::i16 || type == DType::i32; }

/// The layers of one model from variables to tensors.
class Conversion {
 public:
  Conversion(const Ctranslate2& model, ConvertedTransformer& converted)
      : model_(model), variables_(model), config_(converted.config), tensors_(converted.tensors) {}

  void operator()() {
    read_tables();
    config_.encoder = stack("encoder");
    config_.decoder = stack("decoder");
    config_.norm = same("pre_norm", 1) != 0 ? nn::NormPlace::before : nn::NormPlace::behind;
    read_activation();
    read_scale();
    read_positions();
    ignore_what_makes_no_difference();
    config_.last_norms = variables_.has("encoder/layer_norm/gamma");
    put_layers();
    if (config_.last_norms) {
      put_norm("encoder/layer_norm", "model.encoder.layer_norm");
      put_norm("decoder/layer_norm", "model.decoder.layer_norm");
    }
    put_tables(variables_.flag("decoder/start_from_zero_embedding", false));
    variables_.require_all_used();
  }

 private:
  void put(std::string name, Shape shape, std::vector<float> values) {
    tensors_.push_back({std::move(name), std::move(shape), std::move(values)});
  }

  void read_tables() {
    source_ =
        variables_.has("encoder/embeddings_0/weight") ? "encoder/embeddings_0/weight" : "encoder/embeddings/weight";
    config_.source_vocabulary = variables_.rows(source_);
    config_.target_vocabulary = variables_.rows("decoder/embeddings/weight");
    config_.model = variables_.shape(source_)[1];
  }

  TransformerConfig::Stack stack(const std::string& side) {
    TransformerConfig::Stack stack;
    stack.heads = variables_.count(side + "/num_heads", 8);
    stack.layers = 0;
    while (variables_.has(layer(side, stack.layers) + "ffn/linear_0/weight")) ++stack.layers;
    stack.inner = variables_.rows(layer(side, 0) + "ffn/linear_0/weight");
    const std::uint64_t rows = variables_.rows(layer(side, 0) + "self_attention/linear_0/weight");
    if (rows != 3 * config_.model) {
      if (rows % (3 * stack.heads) != 0)
        variables_.fail(
            layer(side, 0) + "self_attention/linear_0/weight",
            fmt::format("has {} rows, which are not queries, keys and values of {} heads", rows, stack.heads));
      config_.head_width = rows / 3 / stack.heads;
    }
    return stack;
  }

  static std::string layer(const std::string& side, std::size_t number) {
    return fmt::format("{}/layer_{}/", side, number);
  }

  /// An option of both sides.
  double same(const std::string& option, double otherwise) {
    const double encoder = variables_.number("encoder/" + option).value_or(otherwise);
    const double decoder = variables_.number("decoder/" + option).value_or(otherwise);
    if (encoder != decoder) {
      variables_.fail("decoder/" + option, fmt::format("is {}, but that of the encoder is {}", decoder, encoder));
    }
    return encoder;
  }

  void read_activation() {
    constexpr std::pair<kernels::Activation, std::string_view> kKnown[] = {
        {kernels::Activation::relu, "relu"},      {kernels::Activation::gelu_tanh, "gelu_new"},
        {kernels::Activation::silu, "silu"},      {kernels::Activation::gelu, "gelu"},
        {kernels::Activation::identity, ""},      {kernels::Activation::tanh, "tanh"},
        {kernels::Activation::sigmoid, "sigmoid"}};
    const double number = same("activation", 0);
    const bool known = number >= 0 && number < std::size(kKnown) && number == std::floor(number);
    if (!known || kKnown[static_cast<std::size_t>(number)].second.empty()) {
      variables_.fail("encoder/activation", fmt::format("is {}, an activation that is not known here", number));
    }
    std::tie(config_.activation, config_.activation_name) = kKnown[static_cast<std::size_t>(number)];
  }

  /// A flag, or the factor itself.
  bool scaled(const std::string& side) {
    const std::string now = side + "/scale_embeddings";
    const std::string before = side + "/embeddings/multiply_by_sqrt_depth";
    const std::string& variable = variables_.has(now) ? now : before;
    const auto factor = variables_.number(variable);
    if (!factor) return true;
    if (is_integer(model_.at(variable).dtype)) return *factor != 0;
    const double root = std::sqrt(static_cast<double>(config_.model));
    if (*factor == 1) return false;
    if (std::abs(*factor / root - 1) < 1e-6) return true;
    variables_.fail(variable, fmt::format("is {}; only 1 and the root of the width are supported", *factor));
  }

  void read_scale() {
    config_.scale_embedding = scaled("encoder");
    if (config_.scale_embedding == scaled("decoder")) return;
    variables_.fail("decoder/scale_embeddings", "differs from that of the encoder, which is not supported");
  }

  void read_positions() {
    const std::string source = "encoder/position_encodings/encodings";
    const std::string target = "decoder/position_encodings/encodings";
    if (!variables_.has(source) && !variables_.has(target)) {
      config_.position_kind = TransformerConfig::PositionKind::sinusoidal;
      config_.sinusoids = {.last = nn::SinusoidShape::Last::half_width_less_one, .first = 1};
      config_.positions = kPositions;
      return;
    }
    config_.position_kind = TransformerConfig::PositionKind::trained;
    config_.positions = std::min(variables_.rows(source), variables_.rows(target));
    for (const auto& [variable, name] : {std::pair(source, "model.encoder.embed_positions.weight"),
                                         std::pair(target, "model.decoder.embed_positions.weight")}) {
      std::vector<float> values = variables_.values(variable, {variables_.rows(variable), config_.model});
      values.resize(config_.positions * config_.model);
      put(name, {config_.positions, config_.model}, std::move(values));
    }
  }

  void ignore_what_makes_no_difference() {
    for (const char* option : {"encoder/embeddings_merge", "decoder/alignment_heads", "decoder/alignment_layer",
                               "decoder/alibi_use_positive_positions", "decoder/scale_alibi", "with_source_bos",
                               "with_source_eos", "with_target_bos"}) {
      variables_.ignore(option);
    }
    for (const char* option : {"decoder/alibi", "encoder/multi_query_attention", "decoder/multi_query_attention"}) {
      variables_.refuse(option);
    }
  }

  /// A linear map, or several with the same input, one below the other.
  void put_linear(const std::string& from, std::initializer_list<std::string> to, std::uint64_t outputs,
                  std::uint64_t inputs) {
    const std::vector<float> weights = variables_.values(from + "/weight", {outputs * to.size(), inputs});
    const std::vector<float> biases = variables_.has(from + "/bias")
                                          ? variables_.values(from + "/bias", {outputs * to.size()})
                                          : std::vector<float>(outputs * to.size());
    auto weight = weights.begin();
    auto bias = biases.begin();
    for (const std::string& name : to) {
      put(name + ".weight", {outputs, inputs}, {weight, weight + static_cast<std::ptrdiff_t>(outputs * inputs)});
      put(name + ".bias", {outputs}, {bias, bias + static_cast<std::ptrdiff_t>(outputs)});
      weight += static_cast<std::ptrdiff_t>(outputs * inputs);
      bias += static_cast<std::ptrdiff_t>(outputs);
    }
  }

  void put_norm(const std::string& from, const std::string& to) {
    put(to + ".weight", {config_.model}, variables_.values(from + "/gamma", {config_.model}));
    put(to + ".bias", {config_.model}, variables_.values(from + "/beta", {config_.model}));
  }

  void put_layers() {
    for (const auto& [side, stack] : {std::pair<std::string, TransformerConfig::Stack>("encoder", config_.encoder),
                                      std::pair<std::string, TransformerConfig::Stack>("decoder", config_.decoder)}) {
      const std::uint64_t width = config_.model;
      const std::uint64_t heads = stack.heads * config_.head_width_of(stack);
      for (std::size_t n = 0; n < stack.layers; ++n) {
        const std::string from = layer(side, n);
        const std::string to = fmt::format("model.{}.layers.{}.", side, n);
        const std::string self = to + "self_attn.";
        put_linear(from + "self_attention/linear_0", {self + "q_proj", self + "k_proj", self + "v_proj"}, heads, width);
        put_linear(from + "self_attention/linear_1", {self + "out_proj"}, width, heads);
        put_norm(from + "self_attention/layer_norm", to + "self_attn_layer_norm");
        if (side == "decoder") {
          const std::string cross = to + "encoder_attn.";
          put_linear(from + "attention/linear_0", {cross + "q_proj"}, heads, width);
          put_linear(from + "attention/linear_1", {cross + "k_proj", cross + "v_proj"}, heads, width);
          put_linear(from + "attention/linear_2", {cross + "out_proj"}, width, heads);
          put_norm(from + "attention/layer_norm", to + "encoder_attn_layer_norm");
        }
        put_linear(from + "ffn/linear_0", {to + "fc1"}, stack.inner, width);
        put_linear(from + "ffn/linear_1", {to + "fc2"}, width, stack.inner);
        put_norm(from + "ffn/layer_norm", to + "final_layer_norm");
      }
    }
  }

  void put_tables(bool zero_start) {
    const std::uint64_t width = config_.model;
    std::vector<float> source = variables_.values(source_, {config_.source_vocabulary, width});
    std::vector<float> target = variables_.values("decoder/embeddings/weight", {config_.target_vocabulary, width});
    std::vector<float> output = variables_.values("decoder/projection/weight", {config_.target_vocabulary, width});
    std::vector<float> bias = variables_.has("decoder/projection/bias")
                                  ? variables_.values("decoder/projection/bias", {config_.target_vocabulary})
                                  : std::vector<float>(config_.target_vocabulary);
    config_.one_table = source == target;
    config_.tied_output = output == target;
    if (zero_start) {
      config_.start = config_.pad = static_cast<std::int32_t>(config_.target_vocabulary++);
      for (std::vector<float>* table : {&target, &output}) table->resize(table->size() + width);
      bias.push_back(kNever);
      if (config_.one_table) source = target;
      if (config_.one_table) config_.source_vocabulary = config_.target_vocabulary;
    }
    const Shape source_shape = {config_.source_vocabulary, width};
    const Shape target_shape = {config_.target_vocabulary, width};
    put(config_.one_table ? "model.shared.weight" : "model.encoder.embed_tokens.weight", source_shape,
        std::move(source));
    if (!config_.one_table) put("model.decoder.embed_tokens.weight", target_shape, std::move(target));
    if (!config_.tied_output) put("lm_head.weight", target_shape, std::move(output));
    put("final_logits_bias", {1, config_.target_vocabulary}, std::move(bias));
  }

  const Ctranslate2& model_;
  Variables variables_;
  TransformerConfig& config_;
  std::vector<ConvertedTensor>& tensors_;
  std::string source_;
};

std::int32_t id_of(const std::vector<std::string>& vocabulary, const std::string& token) {
  const auto found = std::ranges::find(vocabulary, token);
  if (found == vocabulary.end()) {
    throw FormatError(fmt::format("the target's vocabulary has no token \"{}\"", printable(token)));
  }
  return static_cast<std::int32_t>(found - vocabulary.begin());
}

void require_size(const std::vector<std::string>& vocabulary, std::size_t rows, std::string_view side,
                  const std::filesystem::path& folder) {
  if (vocabulary.size() == rows) return;
  throw FormatError(fmt::format("{}: the {} vocabulary has {} tokens, but its table in model.bin {} rows",
                                folder.string(), side, vocabulary.size(), rows));
}

}  // namespace

Ctranslate2Tokens read_ctranslate2_tokens(const std::filesystem::path& folder, const Ctranslate2& model) {
  Ctranslate2Tokens tokens;
  const auto flag = [&](const char* variable, bool otherwise) {
    return model.number(variable).value_or(otherwise ? 1 : 0) != 0;
  };
  tokens.source_begins = flag("with_source_bos", false);
  tokens.source_ends = flag("with_source_eos", false);
  if (!flag("with_target_bos", true)) tokens.decoder_start = tokens.end;
  const std::filesystem::path path = folder / "config.json";
  if (!file_exists(path)) return tokens;
  const json::Document document = json::Document::read(path);
  const json::Value root = document.root();
  const auto read = [&](const char* key, std::string& token) {
    if (const auto value = root.find(key)) token = value->string();
  };
  read("bos_token", tokens.begin);
  read("eos_token", tokens.end);
  read("unk_token", tokens.unknown);
  if (!root.find("decoder_start_token")) {
    root.fail("lacks decoder_start_token, so that every text would have to begin with a token of its own");
  }
  read("decoder_start_token", tokens.decoder_start);
  if (const auto value = root.find("add_source_bos")) tokens.source_begins = value->boolean();
  if (const auto value = root.find("add_source_eos")) tokens.source_ends = value->boolean();
  return tokens;
}

ConvertedTransformer read_ctranslate2_transformer(const std::filesystem::path& folder) {
  const Ctranslate2 model = Ctranslate2::open(folder / "model.bin");
  ConvertedTransformer converted;
  converted.tokens = read_ctranslate2_tokens(folder, model);
  converted.vocabularies = formats::read_ctranslate2_vocabularies(folder, converted.tokens.unknown);
  std::vector<std::string>& source = converted.vocabularies.source;
  std::vector<std::string>& target = converted.vocabularies.target;
  TransformerConfig& config = converted.config;
  config.end = id_of(target, converted.tokens.end);
  config.start = id_of(target, converted.tokens.decoder_start);
  config.pad = config.end;  // CTranslate2 has no token that fills up
  config.dropout = 0;       // that of the training is not known
  if (file_exists(folder / "config.json")) {
    const json::Document document = json::Document::read(folder / "config.json");
    if (const auto epsilon = document.root().find("layer_norm_epsilon")) {
      config.norm_epsilon = static_cast<float>(epsilon->number());
    }
  }

  Conversion(model, converted)();
  if (config.pad != config.end) {
    target.emplace_back("<pad>");
    if (config.one_table) source = target;
  }
  require_size(source, config.source_vocabulary, "source", folder);
  require_size(target, config.target_vocabulary, "target", folder);
  try {
    config.check();
  } catch (const ArgumentError& error) {
    throw FormatError(fmt::format("{}: {}", folder.string(), error.what()));
  }
  return converted;
}

}  // namespace mana::models
