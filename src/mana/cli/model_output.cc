#include "mana/cli/model_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"

namespace mana::cli {

void require_safe_output(const std::filesystem::path& output, const std::filesystem::path& source,
                         std::string_view what, bool force) {
  std::error_code error;
  const auto place = std::filesystem::weakly_canonical(output, error);
  const auto model = std::filesystem::weakly_canonical(source, error);
  if (std::mismatch(place.begin(), place.end(), model.begin(), model.end()).first == place.end()) {
    throw ArgumentError(fmt::format("{} holds the model that is to be {}; give another folder", output.string(), what));
  }
  if (!force || !std::filesystem::is_directory(output, error) || std::filesystem::is_empty(output, error)) return;
  if (!file_exists(output / "modules.json") && !file_exists(output / "config.json")) {
    throw ArgumentError(
        fmt::format("{} holds something else than a model, which --force does not replace", output.string()));
  }
}

}  // namespace mana::cli
