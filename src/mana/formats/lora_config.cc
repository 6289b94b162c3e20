#include "mana/formats/lora_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "mana/base/printable.h"

namespace mana::formats {
namespace {

constexpr std::int64_t kLargestRank = 1 << 16;

/// What does not change what a trained adapter does, or is looked at by name below.
constexpr std::array<std::string_view, 30> kKnown = {"alpha_pattern",
                                                     "auto_mapping",
                                                     "base_model_name_or_path",
                                                     "bias",
                                                     "corda_config",
                                                     "ensure_weight_tying",
                                                     "eva_config",
                                                     "exclude_modules",
                                                     "fan_in_fan_out",  // of Conv1D; PEFT ignores it for BERT's layers
                                                     "inference_mode",
                                                     "init_lora_weights",
                                                     "layers_pattern",
                                                     "layers_to_transform",
                                                     "loftq_config",
                                                     "lora_alpha",
                                                     "lora_bias",
                                                     "lora_dropout",
                                                     "lora_ga_config",
                                                     "megatron_core",
                                                     "modules_to_save",
                                                     "peft_type",
                                                     "peft_version",
                                                     "qalora_group_size",
                                                     "r",
                                                     "rank_pattern",
                                                     "revision",
                                                     "runtime_config",
                                                     "target_modules",
                                                     "task_type",
                                                     "use_rslora"};

bool says_nothing(const json::Value& value) {
  if (value.is_null()) return true;
  if (value.is_boolean()) return !value.boolean();
  if (value.is_array()) return value.array().empty();
  if (value.is_object()) return value.object().empty();
  return value.is_string() && value.string().empty();
}

[[noreturn]] void refuse(const json::Value& value, std::string_view what) {
  value.fail(fmt::format("{}: merge the adapter in Python with PEFT's merge_and_unload() and save the model", what));
}

std::vector<std::string> names_of(const json::Value& value) {
  std::vector<std::string> names;
  for (const json::Value& each : value.array()) names.emplace_back(each.string());
  return names;
}

/// A list of names, or a regular expression.
void read_modules(const std::optional<json::Value>& value, std::vector<std::string>& names,
                  std::optional<NamePattern>& pattern) {
  if (!value) return;
  if (value->is_string()) {
    pattern.emplace(value->string(), value->place());
  } else {
    names = names_of(*value);
  }
}

/// Adapters whose initialisation changes the base's weights when they are loaded, too.
void check_initialisation(const json::Value& config) {
  const auto value = config.find("init_lora_weights");
  if (!value || value->is_boolean()) return;
  static constexpr std::array<std::string_view, 4> kHarmless = {"gaussian", "eva", "orthogonal", "lora"};
  if (std::ranges::find(kHarmless, value->string()) != kHarmless.end()) return;
  refuse(*value, fmt::format("is {}, which is not supported, since it changes the base model's weights",
                             printable(value->string())));
}

std::uint64_t rank_of(const json::Value& value) { return static_cast<std::uint64_t>(value.integer(1, kLargestRank)); }

double alpha_of(const json::Value& value) {
  const double alpha = value.number();
  if (!std::isfinite(alpha)) value.fail("must be a finite number");
  return alpha;
}

template <class Value, class Read>
LoraConfig::ByPattern<Value> by_pattern(const json::Value& config, std::string_view key, const Read& read) {
  LoraConfig::ByPattern<Value> entries;
  const auto object = config.find(key);
  if (!object) return entries;
  for (const auto& [pattern, value] : object->object()) {
    entries.emplace_back(NamePattern(pattern, object->place()), read(value));
  }
  return entries;
}

template <class Value>
Value first_match(const LoraConfig::ByPattern<Value>& entries, std::string_view layer, Value otherwise) {
  for (const auto& [pattern, value] : entries) {
    if (pattern.matches_end(layer)) return value;
  }
  return otherwise;
}

bool named(const std::vector<std::string>& names, std::string_view layer) {
  return std::ranges::any_of(
      names, [&](const std::string& name) { return layer == name || layer.ends_with(fmt::format(".{}", name)); });
}

/// The number of "encoder.layer.3.output.dense"; nothing where there is none.
std::optional<std::int64_t> layer_number(std::string_view layer) {
  std::optional<std::int64_t> number;
  for (std::size_t begin = layer.find('.'); begin != std::string_view::npos; begin = layer.find('.', begin + 1)) {
    const std::size_t end = layer.find('.', begin + 1);
    if (end == std::string_view::npos) break;
    const std::string_view part = layer.substr(begin + 1, end - begin - 1);
    const bool digits =
        !part.empty() && part.size() < 9 && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) number = std::stoll(std::string(part));
  }
  return number;
}

}  // namespace

std::uint64_t LoraConfig::rank(std::string_view layer) const { return first_match(ranks, layer, r); }

double LoraConfig::scaling(std::string_view layer) const {
  const auto own_rank = static_cast<double>(rank(layer));
  return first_match(alphas, layer, alpha) / (rank_stabilised ? std::sqrt(own_rank) : own_rank);
}

bool LoraConfig::targets(std::string_view layer) const {
  if (named(excluded_names, layer) || (excluded_pattern && excluded_pattern->matches(layer))) return false;
  if (all_linear) return true;
  if (target_pattern) return target_pattern->matches(layer);
  if (!named(target_names, layer)) return false;
  if (!layers) return true;
  const auto number = layer_number(layer);
  return number && layers->contains(*number);
}

LoraConfig parse_lora_config(const json::Value& config) {
  const json::Value type = config.at("peft_type");
  if (type.string() != "LORA") refuse(type, fmt::format("is {}; only LORA is supported", printable(type.string())));
  for (const auto& [key, value] : config.object()) {
    if (std::ranges::find(kKnown, key) == kKnown.end() && !says_nothing(value)) refuse(value, "is not supported");
  }
  check_initialisation(config);
  if (const auto pattern = config.find("layers_pattern"); pattern && !says_nothing(*pattern)) {
    refuse(*pattern, "is not supported");
  }

  LoraConfig lora;
  if (const auto base = config.find("base_model_name_or_path")) lora.base = base->string();
  if (const auto value = config.find("r")) lora.r = rank_of(*value);
  if (const auto value = config.find("lora_alpha")) lora.alpha = alpha_of(*value);
  if (const auto value = config.find("use_rslora")) lora.rank_stabilised = value->boolean();
  lora.ranks = by_pattern<std::uint64_t>(config, "rank_pattern", rank_of);
  lora.alphas = by_pattern<double>(config, "alpha_pattern", alpha_of);
  if (const auto value = config.find("bias")) {
    if (value->string() == "all")
      lora.bias = LoraConfig::Bias::all;
    else if (value->string() == "lora_only")
      lora.bias = LoraConfig::Bias::lora_only;
    else if (value->string() != "none")
      refuse(*value, fmt::format("is {}", printable(value->string())));
  }
  if (const auto value = config.find("modules_to_save")) lora.modules_to_save = names_of(*value);
  const auto target = config.find("target_modules");
  if (target && target->is_string()) {
    std::string name(target->string());
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    lora.all_linear = name == "all-linear";
  }
  if (!target) lora.target_names = {"query", "value"};  // PEFT's own for BERT
  if (!lora.all_linear) read_modules(target, lora.target_names, lora.target_pattern);
  read_modules(config.find("exclude_modules"), lora.excluded_names, lora.excluded_pattern);
  if (const auto value = config.find("layers_to_transform")) {
    lora.layers.emplace();
    if (!value->is_array()) lora.layers->insert(value->integer());
    if (value->is_array()) {
      for (const json::Value& each : value->array()) lora.layers->insert(each.integer());
    }
  }
  return lora;
}

LoraConfig read_lora_config(const std::filesystem::path& folder) {
  return parse_lora_config(json::Document::read(folder / kAdapterConfig).root());
}

}  // namespace mana::formats
