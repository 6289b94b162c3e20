#pragma once

/// Models from the Hugging Face hub, and the store that keeps them by name.
#include "mana/base/errors.h"  // IWYU pragma: export
#include "mana/hub/hub.h"      // IWYU pragma: export
#include "mana/hub/store.h"    // IWYU pragma: export
