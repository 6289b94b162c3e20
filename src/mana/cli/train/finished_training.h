#pragma once

#include <filesystem>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/resume_choice.h"

namespace mana::cli {

/// Whether --resume-if-any comes to a training that is done, and has nothing to add (`anew`: --force or --extend),
/// which is told: the model lies in `output`, and a checkpoint is not there or older, as where the training was ended
/// between the two. A loop around a command that may be killed ends so.
bool finds_finished_training(const Options& options, const ResumeChoice& resume, const std::filesystem::path& output,
                             bool anew);

}  // namespace mana::cli
