#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/resume_choice.h"
#include "mana/jobs/kept_run.h"

namespace mana::cli {

/// Where a training leaves its model and what it keeps until then, on the command line.
struct KeptRunChoice {
  jobs::KeptRun run;
  ResumeChoice resume;
  bool json = false;

  /// `output`: what the help says of the folder.
  void describe(Options& options, const std::string& output);
  /// Once the options are read. Throws UsageError.
  void settle(const Options& options);
  /// Refuses what would be lost before anything is computed: an input that the run writes over, as what it writes
  /// `beside` its folder and checkpoint would. Throws ArgumentError; also where there is nothing to resume.
  void require_safe(const std::vector<GivenPath>& inputs, const std::vector<GivenPath>& beside = {}) const;

 private:
  std::string output_;
};

/// Makes a training that signals may interrupt, unless it is done already, and reports what became of it. Returns the
/// exit status. `if_nothing`: the note where it was interrupted before the first step.
int train_interruptibly(const Options& options, const KeptRunChoice& choice,
                        const std::function<const jobs::FinishedRun&(const std::stop_token&)>& train,
                        const std::function<void()>& report,
                        std::string_view if_nothing = "mana: interrupted before the first step; nothing was written");

/// Adds to a report how good the model was and is, where that was measured; and how the run ended.
void add_scores(const train::RunResult& run, nlohmann::ordered_json& object);
void add_end(const train::RunResult& run, nlohmann::ordered_json& object);

}  // namespace mana::cli
