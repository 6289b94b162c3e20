#pragma once

#include <span>

#include "mana/autograd/parameter.h"

namespace mana::train {

/// Of a sparse parameter only the rows that lookups touched are updated. Throws Error, which names it, where its
/// gradient reaches another row, as that of a table does that is multiplied as well: it would be lost silently.
void require_gradients_of_lookups_alone(std::span<const autograd::Parameter> parameters);

}  // namespace mana::train
