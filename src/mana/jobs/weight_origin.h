#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mana/kernels/precision.h"

namespace mana::jobs {

/// Where a model's weights come from, and what its packed model holds if there is one.
struct WeightOrigin {
  struct Packed {
    std::vector<std::string> layouts;
    std::optional<kernels::Precision> meant_for;
  };
  bool from_packed_model = false;
  std::string note;  ///< why the packed model is not used; empty where it is, or where there is none
  std::optional<Packed> packed;
};

}  // namespace mana::jobs
