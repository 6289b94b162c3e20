#pragma once

/// How good the vectors of a model are, by what people have judged, and how near translations are to theirs.
#include "mana/base/errors.h"           // IWYU pragma: export
#include "mana/eval/bleu.h"             // IWYU pragma: export
#include "mana/eval/chrf.h"             // IWYU pragma: export
#include "mana/eval/classification.h"   // IWYU pragma: export
#include "mana/eval/pairs.h"            // IWYU pragma: export
#include "mana/eval/retrieval.h"        // IWYU pragma: export
#include "mana/eval/sts.h"              // IWYU pragma: export
#include "mana/eval/triplets.h"         // IWYU pragma: export
#include "mana/eval/word_similarity.h"  // IWYU pragma: export
