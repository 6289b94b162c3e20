#pragma once

/// Which class a text is of: a model with a head, and how it is learnt from examples.
#include "mana/base/errors.h"            // IWYU pragma: export
#include "mana/classify/classifier.h"    // IWYU pragma: export
#include "mana/jobs/train_classifier.h"  // IWYU pragma: export
