#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "mana/models/sentence/model_folder.h"

namespace mana::compress {

/// Old ids and the new ones of those that stay.
class Renumbering {
 public:
  explicit Renumbering(const std::vector<std::int64_t>& kept) {
    for (const std::int64_t id : kept) new_ids_.emplace(id, static_cast<std::int64_t>(new_ids_.size()));
  }
  std::optional<std::int64_t> of(std::int64_t id) const {
    const auto found = new_ids_.find(id);
    return found == new_ids_.end() ? std::nullopt : std::optional(found->second);
  }
  void change(models::Json& id) const {
    if (!id.is_number_integer()) return;
    if (const auto renumbered = of(id.get<std::int64_t>())) id = *renumbered;
  }
  std::size_t size() const { return new_ids_.size(); }

 private:
  std::map<std::int64_t, std::int64_t> new_ids_;
};

}  // namespace mana::compress
