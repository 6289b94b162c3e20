#include "mana/jobs/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <variant>

#include "mana/models/sentence/encoder_tensors.h"

namespace mana::jobs {
namespace {

/// A module with a file of its own, all of which counts.
void count_module(std::string_view kind, const std::filesystem::path& folder, ParameterCounts& counts) {
  std::uint64_t parameters = 0;
  const formats::StoredWeights stored_weights = formats::StoredWeights::open(folder);
  for (const auto& [name, tensor] : stored_weights.tensors()) {
    if (is_parameter(tensor)) parameters += formats::element_count(tensor.shape);
  }
  counts.parts.push_back({fmt::format("{} ({})", kind, folder.filename().string()), parameters});
}

std::uint64_t sum(const std::vector<ParameterCount>& counts) {
  std::uint64_t total = 0;
  for (const ParameterCount& each : counts) total += each.parameters;
  return total;
}

}  // namespace

bool is_parameter(const formats::StoredTensor& tensor) {
  constexpr DType kReals[] = {DType::f64, DType::f32, DType::f16, DType::bf16};
  return std::ranges::find(kReals, tensor.dtype) != std::end(kReals);
}

ParameterCounts count_tensors(std::span<const models::CountedTensor> read,
                              const formats::StoredWeights& stored_weights) {
  ParameterCounts counts;
  std::set<std::string, std::less<>> used;
  for (const models::CountedTensor& tensor : read) {
    used.insert(tensor.name);
    if (counts.parts.empty() || counts.parts.back().part != tensor.part) counts.parts.push_back({tensor.part, 0});
    counts.parts.back().parameters += formats::element_count(tensor.shape);
  }
  for (const auto& [name, tensor] : stored_weights.tensors()) {
    if (!used.contains(name) && is_parameter(tensor)) {
      counts.unused.push_back({name, formats::element_count(tensor.shape)});
    }
  }
  for (const auto& [name, tensor] : stored_weights.unread()) {
    counts.unused.push_back({fmt::format("{} ({})", name, tensor.type), formats::element_count(tensor.shape)});
  }
  counts.used_parameters = sum(counts.parts);
  counts.unused_parameters = sum(counts.unused);
  return counts;
}

ParameterCounts count_parameters(const formats::SentenceFolder& folder, const formats::StoredWeights& stored_weights) {
  ParameterCounts counts = count_tensors(models::encoder_tensors(folder, stored_weights), stored_weights);
  for (const formats::SentenceModule& module : folder.modules) {
    const std::filesystem::path* const weights = formats::weights_folder(module);
    if (weights == nullptr) continue;
    count_module(std::holds_alternative<formats::DenseModule>(module) ? "dense" : "layer norm", *weights, counts);
  }
  counts.used_parameters = sum(counts.parts);
  return counts;
}

}  // namespace mana::jobs
