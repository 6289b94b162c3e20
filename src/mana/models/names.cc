#include "mana/models/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace mana::models {
namespace {

/// A pattern with the number of a layer in it.
std::string numbered(std::string_view pattern, std::string_view number) {
  std::string name(pattern);
  if (const std::size_t star = name.find('*'); star != std::string::npos) name.replace(star, 1, number);
  return name;
}

/// The number that '*' stands for in a name of this pattern, "" without a '*'; nothing for another name.
std::optional<std::string_view> number_in(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  if (name.size() <= before.size() + behind.size() || !name.starts_with(before) || !name.ends_with(behind)) return {};
  const std::string_view number = name.substr(star, name.size() - before.size() - behind.size());
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::optional(number) : std::nullopt;
}

/// The tensor's name without what kind of tensor it is.
std::string_view stem(std::string_view tensor) {
  for (const std::string_view kind : {".weight", ".bias", ".gamma", ".beta"}) {
    if (tensor.ends_with(kind)) return tensor.substr(0, tensor.size() - kind.size());
  }
  return tensor;
}

/// LayerNorm.weight and LayerNorm.bias under the names that the first checkpoints gave them.
std::string old_norm_name(std::string_view tensor) {
  const std::size_t end = tensor.rfind("LayerNorm.");
  if (end == std::string_view::npos) return std::string(tensor);
  return fmt::format("{}LayerNorm.{}", tensor.substr(0, end), tensor.ends_with(".weight") ? "gamma" : "beta");
}

std::string_view first_component(std::string_view name) { return name.substr(0, name.find('.')); }

}  // namespace

std::vector<std::string> NameTable::names(std::string_view part, std::string_view kind) const {
  const std::string tensor = fmt::format("{}.{}", part, kind);
  const auto find = [&](std::string_view wanted, std::string_view ending) {
    std::vector<std::string> found;
    for (const PartNames& row : rows_) {
      const auto number = number_in(wanted, row.ours);
      if (!number) continue;
      for (const std::string_view theirs : row.theirs) {
        if (!theirs.empty()) found.push_back(numbered(theirs, *number).append(ending));
      }
      break;
    }
    return found;
  };
  std::vector<std::string> found = find(tensor, "");
  if (found.empty()) found = find(part, fmt::format(".{}", kind));
  if (found.empty()) throw std::out_of_range(fmt::format("the table of names has no {}", tensor));
  return found;
}

std::vector<PartTensor> NameTable::tensors(std::string_view part, const nn::EmbeddingTable& table) const {
  return {{names(part, "weight").front(), {table.rows(), table.width()}}};
}

std::vector<PartTensor> NameTable::tensors(std::string_view part, const nn::LayerNorm& norm) const {
  std::vector<PartTensor> tensors = {{names(part, "weight").front(), {norm.gamma.size()}}};
  if (norm.shift) tensors.push_back({names(part, "bias").front(), {norm.gamma.size()}, true});
  return tensors;
}

std::vector<PartTensor> NameTable::tensors(std::string_view part, const nn::Linear& linear) const {
  const std::vector<std::string> weights = names(part, "weight");
  const std::vector<std::string> biases = linear.bias ? names(part, "bias") : std::vector<std::string>();
  std::vector<std::size_t> outputs = {linear.weights.outputs()};
  if (weights.size() > 1) outputs = linear.stacked;
  std::vector<PartTensor> tensors;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    tensors.push_back({weights[i], {outputs.at(i), linear.weights.inputs()}});
    if (linear.bias) tensors.push_back({biases.at(i), {outputs[i]}, true});
  }
  return tensors;
}

std::optional<std::string> NameTable::part(std::string_view tensor) const {
  const std::string_view name = without_prefix(tensor), of_part = stem(name);
  for (const PartNames& row : rows_) {
    for (const std::string_view theirs : row.theirs) {
      if (theirs.empty()) continue;
      if (const auto number = number_in(of_part, theirs)) return numbered(row.ours, *number);
      if (const auto number = number_in(name, theirs)) return numbered(stem(row.ours), *number);
    }
  }
  return std::nullopt;
}

bool NameTable::is_of_the_encoder(std::string_view name) const {
  const std::string_view bare = without_prefix(name), first = first_component(bare);
  return first.size() < bare.size() &&
         std::ranges::any_of(rows_, [&](const PartNames& row) { return first_component(row.theirs.front()) == first; });
}

std::string NameTable::shown(std::string_view part) const {
  for (const PartNames& row : rows_) {
    if (const auto number = number_in(part, row.ours)) return numbered(row.shown, *number);
  }
  return std::string(part);
}

std::optional<NameTable::Layer> NameTable::layer(std::string_view tensor) const {
  const std::string_view name = without_prefix(tensor);
  for (const PartNames& row : rows_) {
    const std::string_view theirs = row.theirs.front();
    const std::size_t star = theirs.find('*');
    if (star == std::string_view::npos || !name.starts_with(theirs.substr(0, star))) continue;
    std::size_t number = 0;
    const char* const begin = name.data() + star;
    const auto [end, error] = std::from_chars(begin, name.data() + name.size(), number);
    if (error != std::errc()) continue;
    return Layer{static_cast<std::size_t>(begin - tensor.data()), static_cast<std::size_t>(end - tensor.data()),
                 number};
  }
  return std::nullopt;
}

std::string NameTable::name_in(const formats::StoredWeights& stored_weights, const std::string& tensor) const {
  const std::string first = fmt::format("{}{}.weight", prefix_, rows_.front().theirs.front());
  const std::string_view prefix = stored_weights.find(first) == nullptr ? "" : prefix_;
  std::string name = fmt::format("{}{}", prefix, tensor), old = fmt::format("{}{}", prefix, old_norm_name(tensor));
  return stored_weights.find(name) == nullptr && stored_weights.find(old) != nullptr ? old : name;
}

std::string_view NameTable::without_prefix(std::string_view name) const {
  return !prefix_.empty() && name.starts_with(prefix_) ? name.substr(prefix_.size()) : name;
}

}  // namespace mana::models
