#pragma once

/// What is done with a model's folder: look into it, check it, make it smaller, embed a file with it.
#include "mana/base/errors.h"                  // IWYU pragma: export
#include "mana/jobs/compress.h"                // IWYU pragma: export
#include "mana/jobs/embed_file.h"              // IWYU pragma: export
#include "mana/jobs/explain/positions_page.h"  // IWYU pragma: export
#include "mana/jobs/explain/shape_page.h"      // IWYU pragma: export
#include "mana/jobs/inspect.h"                 // IWYU pragma: export
#include "mana/jobs/verify.h"                  // IWYU pragma: export
#include "mana/models/shape/shape_of.h"        // IWYU pragma: export
