#pragma once

#include <filesystem>

#include "mana/base/atomic_folder.h"

namespace mana::jobs {

/// The folder of a translator that a job writes: with `force` in the place of another one, of nothing else. Throws
/// IoError.
AtomicFolder translator_output(const std::filesystem::path& output, bool force);

}  // namespace mana::jobs
