#pragma once

#include <filesystem>

#include "mana/base/atomic_folder.h"

namespace mana::jobs {

/// The folder of a translator, or of a pre-trained encoder, that a job writes: with `force` in the place of another of
/// these, of nothing else. Throws IoError.
AtomicFolder transformers_output(const std::filesystem::path& output, bool force);

}  // namespace mana::jobs
