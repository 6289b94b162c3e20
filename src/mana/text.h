#pragma once

/// Text in, tokens out.
#include "mana/base/errors.h"                 // IWYU pragma: export
#include "mana/formats/sentence_tokenizer.h"  // IWYU pragma: export
#include "mana/text/tokenizer.h"              // IWYU pragma: export
