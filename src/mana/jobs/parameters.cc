#include "mana/jobs/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "mana/base/errors.h"
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

/// A part of a name that is a number, with what stands before and after it: "encoder.layer.", 3, ".output.dense.bias".
struct NumberedName {
  std::string before, after;
  std::uint64_t number = 0;
};

std::vector<NumberedName> numbers_in(const std::string& name) {
  std::vector<NumberedName> found;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(name.data() + begin, name.data() + end, number);
    if (error == std::errc() && rest == name.data() + end) {
      found.push_back({name.substr(0, begin), name.substr(end), number});
    }
    begin = end + 1;
  }
  return found;
}

/// The layers of tensors that have the name of one that is read but for a number in it.
std::vector<std::string> layers_beyond(const std::set<std::string, std::less<>>& used,
                                       const std::vector<ParameterCount>& unused) {
  std::set<std::pair<std::string, std::string>> read;  // names without a number
  for (const std::string& name : used) {
    for (const NumberedName& each : numbers_in(name)) read.emplace(each.before, each.after);
  }
  std::set<std::pair<std::string, std::uint64_t>> layers;
  for (const ParameterCount& tensor : unused) {
    for (const NumberedName& each : numbers_in(tensor.part)) {
      if (read.contains({each.before, each.after})) layers.emplace(each.before, each.number);
    }
  }
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const auto& [before, number] : layers) names.push_back(before + std::to_string(number));
  return names;
}

}  // namespace

std::optional<std::string> layers_left_out(const ParameterCounts& counts) {
  const std::vector<std::string>& layers = counts.layers_beyond;
  if (layers.empty()) return std::nullopt;
  return fmt::format(
      "{}{} in the weights, but config.json asks for fewer layers: the model gives other results than it was trained "
      "for; correct the number of layers in config.json",
      layers.front(), layers.size() == 1 ? " is" : fmt::format(" to {} are", layers.back()));
}

void require_all_layers(const ParameterCounts& counts) {
  if (const auto sentence = layers_left_out(counts)) throw FormatError(*sentence);
}

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
  counts.layers_beyond = layers_beyond(used, counts.unused);
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
