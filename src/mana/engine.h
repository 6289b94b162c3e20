#pragma once

/// The front door of the library: text in, vectors out.
#include "mana/base/errors.h"        // IWYU pragma: export
#include "mana/engine/encoder.h"     // IWYU pragma: export
#include "mana/search/similarity.h"  // IWYU pragma: export
