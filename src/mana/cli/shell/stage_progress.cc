#include "mana/cli/shell/stage_progress.h"

namespace mana::cli {

void StageProgress::show(const jobs::Stage& stage) {
  const std::lock_guard lock(mutex_);
  const bool another = !progress_ || name_ != stage.name || stage.done < done_;
  if (another) progress_.emplace(descriptor_, std::string(stage.name), std::string(stage.unit), stage.total);
  name_ = stage.name;
  done_ = stage.done;
  progress_->set(stage.done);
}

void StageProgress::wipe() {
  const std::lock_guard lock(mutex_);
  progress_.reset();
}

}  // namespace mana::cli
