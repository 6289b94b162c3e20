#pragma once

#include <filesystem>
#include <string>

#include "mana/formats/safetensors.h"

namespace mana::models {

/// A tensor of a part, and where it stands.
struct FileTensor {
  std::filesystem::path folder;
  std::string name;  ///< as the file spells it
  formats::Shape shape;
  bool bias = false;      ///< of a linear map; or a norm's shift
  std::string parameter;  ///< what it is called in training, unlike all others of the model: "2_Dense/linear.weight"
};

}  // namespace mana::models
