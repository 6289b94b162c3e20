#pragma once

// Operations on small matrices: what losses are written in. Their values and gradients stand, formula by formula, in
// reference/, as templates that are checked in double and serve in f32; results do not depend on threads.
#include "mana/autograd/operations/elementwise.h"
#include "mana/autograd/operations/mean.h"
#include "mana/autograd/operations/product.h"
#include "mana/autograd/operations/rows.h"
#include "mana/autograd/operations/selection.h"
