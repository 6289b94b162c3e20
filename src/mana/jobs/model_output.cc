#include "mana/jobs/model_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/models/sentence/written_model.h"

namespace mana::jobs {

void require_other_folder(const std::filesystem::path& output, const std::filesystem::path& source,
                          std::string_view what) {
  std::error_code error;
  const auto place = std::filesystem::weakly_canonical(output, error);
  const auto model = std::filesystem::weakly_canonical(source, error);
  if (std::mismatch(place.begin(), place.end(), model.begin(), model.end()).first == place.end()) {
    throw ArgumentError(fmt::format("{} holds the model that is to be {}; give another folder", output.string(), what));
  }
}

void require_safe_output(const std::filesystem::path& output, const std::filesystem::path& source,
                         std::string_view what, bool force) {
  require_other_folder(output, source, what);
  std::error_code error;
  if (!force || !std::filesystem::is_directory(output, error)) return;
  if (const auto foreign = models::foreign_file(output)) {
    const std::string name = foreign->lexically_relative(output).string();
    throw ArgumentError(fmt::format("{} holds something else than a model{}, which `force` does not replace",
                                    output.string(),
                                    file_exists(*foreign) ? fmt::format(" ({})", printable(name)) : ""));
  }
}

AtomicFolder model_folder_output(const std::filesystem::path& output, bool force) {
  return AtomicFolder(output, force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse,
                      models::foreign_file);
}

}  // namespace mana::jobs
