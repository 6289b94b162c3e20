#include "mana/cli/train/finished_training.h"

#include <fmt/format.h>

#include <system_error>

#include "mana/cli/shell/output.h"
#include "mana/train/training_run.h"

namespace mana::cli {
namespace {

bool is_finished(const std::filesystem::path& output) {
  std::error_code error;
  const std::filesystem::path log = output / "training.jsonl";
  if (!std::filesystem::is_regular_file(log, error)) return false;
  const auto finished = std::filesystem::last_write_time(log, error);
  if (error) return false;
  const auto kept = std::filesystem::last_write_time(train::checkpoint_path(output), error);
  return error || kept <= finished;
}

}  // namespace

bool finds_finished_training(const Options& options, const ResumeChoice& resume, const std::filesystem::path& output,
                             bool anew) {
  if (!resume.if_any || anew || !is_finished(output)) return false;
  if (!options.quiet()) {
    note(fmt::format("{} is there, so its training is done; --force would train it anew", output.string()));
  }
  return true;
}

}  // namespace mana::cli
