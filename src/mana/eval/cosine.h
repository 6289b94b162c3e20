#pragma once

#include <algorithm>

namespace mana::eval {

/// The product of two vectors of unit length as a cosine: rounding may leave it a little outside −1 … 1. What ranks by
/// products ranks before this, so that no two of them become equal by it.
inline float as_cosine(float product) { return std::clamp(product, -1.0F, 1.0F); }

}  // namespace mana::eval
