#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/json.h"
#include "mana/formats/name_pattern.h"

namespace mana::formats {

inline constexpr const char* kAdapterConfig = "adapter_config.json";
inline constexpr const char* kAdapterWeights = "adapter_model.safetensors";

/// What adapter_config.json of PEFT says about a LoRA adapter (Hu et al. 2021, arXiv:2106.09685): a layer's weight W
/// [out, in] becomes W + scaling · B A, with A [r, in] and B [out, r].
struct LoraConfig {
  enum class Bias { none, all, lora_only };

  std::string base;  ///< the base model's folder or name; empty where the file names none
  Bias bias = Bias::none;
  std::vector<std::string> modules_to_save;  ///< what the adapter's file has whole

  /// r of a layer; scaling is alpha / r, or alpha / √r with rank-stabilised LoRA (arXiv:2312.03732).
  std::uint64_t rank(std::string_view layer) const;
  double scaling(std::string_view layer) const;
  /// Whether the layer is one that the adapter is for.
  bool targets(std::string_view layer) const;

  // What these are made of.
  template <class Value>
  using ByPattern = std::vector<std::pair<NamePattern, Value>>;
  std::uint64_t r = 8;
  double alpha = 8;
  bool rank_stabilised = false;
  ByPattern<std::uint64_t> ranks;
  ByPattern<double> alphas;
  bool all_linear = false;
  std::vector<std::string> target_names;
  std::optional<NamePattern> target_pattern;
  std::vector<std::string> excluded_names;
  std::optional<NamePattern> excluded_pattern;
  std::optional<std::set<std::int64_t>> layers;
};

/// Throws FormatError for another method than LoRA and for everything that would change what the adapter does and is
/// not known here: that is refused by name.
LoraConfig parse_lora_config(const json::Value& config);
LoraConfig read_lora_config(const std::filesystem::path& folder);

}  // namespace mana::formats
