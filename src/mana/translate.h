#pragma once

/// Text into text of another language: translators, trained, used and measured.
#include "mana/base/errors.h"          // IWYU pragma: export
#include "mana/generate/translator.h"  // IWYU pragma: export
#include "mana/jobs/convert.h"         // IWYU pragma: export
#include "mana/jobs/train_sequence.h"  // IWYU pragma: export
#include "mana/jobs/translate_file.h"  // IWYU pragma: export
