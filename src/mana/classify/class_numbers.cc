#include "mana/classify/class_numbers.h"

#include <algorithm>
#include <map>

namespace mana::classify {

ClassNumbers::ClassNumbers(std::span<const std::string> labels) : names_(labels.begin(), labels.end()) {
  std::ranges::sort(names_);
  const auto doubles = std::ranges::unique(names_);
  names_.erase(doubles.begin(), doubles.end());
}

std::optional<std::uint32_t> ClassNumbers::find(std::string_view label) const {
  const auto at = std::ranges::lower_bound(names_, label);
  if (at == names_.end() || *at != label) return std::nullopt;
  return static_cast<std::uint32_t>(at - names_.begin());
}

std::vector<std::uint32_t> ClassNumbers::of(std::span<const std::string> labels) const {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(labels.size());
  std::map<std::string_view, std::uint32_t> others;
  for (const std::string& label : labels) {
    std::optional<std::uint32_t> number = find(label);
    if (!number) number = others.emplace(label, static_cast<std::uint32_t>(size() + others.size())).first->second;
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<std::string> ClassNumbers::names_of(std::span<const std::string> labels) const {
  std::vector<std::string> names = names_;
  const std::vector<std::uint32_t> numbers = of(labels);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == names.size()) names.push_back(labels[i]);
  }
  return names;
}

}  // namespace mana::classify
