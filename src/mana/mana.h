#pragma once

/// All the doors of the library. Each is a header of its own, for who needs one alone; what lies in the folders beside
/// them is how the house is built, and may change without notice where no door shows it.
#include "mana/classify.h"   // IWYU pragma: export
#include "mana/engine.h"     // IWYU pragma: export
#include "mana/eval.h"       // IWYU pragma: export
#include "mana/explain.h"    // IWYU pragma: export
#include "mana/hub.h"        // IWYU pragma: export
#include "mana/models.h"     // IWYU pragma: export
#include "mana/text.h"       // IWYU pragma: export
#include "mana/train.h"      // IWYU pragma: export
#include "mana/translate.h"  // IWYU pragma: export
#include "mana/words.h"      // IWYU pragma: export
