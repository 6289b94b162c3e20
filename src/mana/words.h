#pragma once

/// Word vectors: trained on raw text, opened from every common file, and searched.
#include "mana/base/errors.h"                 // IWYU pragma: export
#include "mana/data/word_source.h"            // IWYU pragma: export
#include "mana/jobs/explain/pairs_page.h"     // IWYU pragma: export
#include "mana/jobs/train_words.h"            // IWYU pragma: export
#include "mana/models/words/nearest_words.h"  // IWYU pragma: export
#include "mana/models/words/word_lookup.h"    // IWYU pragma: export
