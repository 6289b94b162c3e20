#pragma once

/// What goes on inside a model: what tokens look at, and which of them make two texts alike.
#include "mana/base/errors.h"                   // IWYU pragma: export
#include "mana/jobs/explain/attention.h"        // IWYU pragma: export
#include "mana/jobs/explain/attention_page.h"   // IWYU pragma: export
#include "mana/jobs/explain/similarity.h"       // IWYU pragma: export
#include "mana/jobs/explain/similarity_page.h"  // IWYU pragma: export
