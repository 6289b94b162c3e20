#include "mana/cli/shell/resume_choice.h"

#include <fmt/format.h>

#include <system_error>

#include "mana/base/errors.h"

namespace mana::cli {

void ResumeChoice::require(const std::filesystem::path& checkpoint) const {
  if (!wanted()) return;
  std::error_code error;
  if (!std::filesystem::exists(checkpoint, error)) {
    if (if_any) return;
    throw ArgumentError(
        fmt::format("there is nothing to resume: {} does not exist; leave --resume out to start anew, or give "
                    "--resume-if-any",
                    checkpoint.string()));
  }
  if (std::filesystem::is_empty(checkpoint, error)) {
    throw ArgumentError(fmt::format("there is nothing to resume: {} is empty; leave {} out to start anew",
                                    checkpoint.string(), resume ? "--resume" : "--resume-if-any"));
  }
}

}  // namespace mana::cli
