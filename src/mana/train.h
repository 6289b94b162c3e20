#pragma once

/// Sentence encoders tuned to texts that belong together or apart, and the data for it.
#include "mana/base/errors.h"          // IWYU pragma: export
#include "mana/jobs/fine_tune.h"       // IWYU pragma: export
#include "mana/jobs/mine_negatives.h"  // IWYU pragma: export
