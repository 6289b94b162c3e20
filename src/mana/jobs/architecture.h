#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mana/models/encoder_facts.h"

namespace mana::jobs {

/// What a model is made of: the family and its sizes, by name ("layers": 6), and the whole in a few words.
struct Architecture {
  struct Part {
    std::string name;
    std::variant<std::uint64_t, std::string> value;
  };
  std::vector<Part> parts;
  std::string step;  ///< "bert, 6 layers of 384"
};

Architecture architecture_of(std::span<const std::pair<std::string_view, models::EncoderFacts::Value>> listed,
                             std::string summary);

}  // namespace mana::jobs
