#pragma once

#include "mana/kernels/pooling.h"

namespace mana::nn {

using kernels::normalize;
using kernels::Pooling;

}  // namespace mana::nn
