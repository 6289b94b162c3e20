#pragma once

#include <string>
#include <string_view>

#include "mana/models/shape/model_shape.h"

namespace mana::jobs {

/// What pages of shapes are known by (pages/page.h).
inline constexpr std::string_view kShapePage = "inspect shape";

/// A model drawn as boxes, one after the other as a text goes through them: in each its formula and its number of
/// parameters, on the arrow behind each the shape of what goes on and how many numbers that are.
std::string shape_page(const models::ModelShape& shape);

}  // namespace mana::jobs
