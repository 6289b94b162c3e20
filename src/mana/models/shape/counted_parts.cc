#include "mana/models/shape/counted_parts.h"

namespace mana::models {

void CountedParts::add(const std::string& part, const std::vector<FileTensor>& tensors) {
  Part& counted = parts_[part];
  for (const FileTensor& tensor : tensors) {
    if (!tensor.bias) counted.maps.push_back(0);
    const auto [owner, is_new] = owners_.try_emplace(tensor.parameter, part);
    if (is_new) {
      counted.maps.back() += formats::element_count(tensor.shape);
    } else {
      counted.tied = owner->second;
    }
  }
}

CountedParts::Count CountedParts::take(const std::string& part) {
  Part& counted = parts_.at(part);
  Count sum{0, counted.tied};
  for (const std::uint64_t map : counted.maps) sum.parameters += map;
  counted.taken += counted.maps.size();
  return sum;
}

CountedParts::Count CountedParts::take(const std::string& part, std::size_t map) {
  Part& counted = parts_.at(part);
  ++counted.taken;
  return {counted.maps.at(map), counted.tied};
}

std::vector<std::string> CountedParts::left() const {
  std::vector<std::string> names;
  for (const auto& [name, part] : parts_) {
    if (part.taken != part.maps.size()) names.push_back(name);
  }
  return names;
}

}  // namespace mana::models
