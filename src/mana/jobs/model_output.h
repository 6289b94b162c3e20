#pragma once

#include <filesystem>
#include <string_view>

#include "mana/base/atomic_folder.h"

namespace mana::jobs {

/// Throws ArgumentError when `output` lies in the folder of the `source`, which is to be `what` ("compressed").
void require_other_folder(const std::filesystem::path& output, const std::filesystem::path& source,
                          std::string_view what);

/// For jobs that make a model's folder of another: throws ArgumentError when `output` lies in the folder of the
/// `source`, which is to be `what` ("compressed"), or when it would replace (`force`) something that is no model.
void require_safe_output(const std::filesystem::path& output, const std::filesystem::path& source,
                         std::string_view what, bool force);

/// The folder of a model that a job writes: with `force` in the place of another model, of nothing else. Throws
/// IoError.
AtomicFolder model_folder_output(const std::filesystem::path& output, bool force);

}  // namespace mana::jobs
