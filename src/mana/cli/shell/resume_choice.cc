#include "mana/cli/shell/resume_choice.h"

#include <fmt/format.h>

#include <system_error>

#include "mana/base/errors.h"

namespace mana::cli {

void ResumeChoice::require(const std::filesystem::path& checkpoint) const {
  std::error_code error;
  if (!resume || if_any || std::filesystem::exists(checkpoint, error)) return;
  throw ArgumentError(
      fmt::format("there is nothing to resume: {} does not exist; leave --resume out to start anew, or give "
                  "--resume-if-any",
                  checkpoint.string()));
}

}  // namespace mana::cli
