#pragma once

#include <string>

#include "mana/formats/safetensors.h"

namespace mana::models {

/// A tensor that a model reads from its folder.
struct CountedTensor {
  std::string name;  ///< as the checkpoint spells it
  formats::Shape shape;
  std::string part;  ///< what it is counted under: "word embeddings", "encoder layer 3", …
};

}  // namespace mana::models
