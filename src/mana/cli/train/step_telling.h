#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/progress.h"
#include "mana/data/training_rows.h"
#include "mana/train/training_run.h"

namespace mana::cli {

/// Multiplications and additions.
struct StepWork {
  double of_token = 0;  ///< what a token takes, forward and backward
  double peak = 0;      ///< what the processor can do in a second
};

/// Notes a warm-up that is as long as the run.
void note_warm_up(const train::Schedule& schedule);
/// Notes a checkpoint that is there, where it was not said to go on from it.
void note_checkpoint(const std::filesystem::path& output, bool resumed);
/// Notes that a run goes on with another length.
void note_length(std::uint64_t before, std::uint64_t total);

/// Shows the steps of a run that trains from nothing, and tells what comes between them.
class StepTelling {
 public:
  /// `terminal` as of Progress.
  StepTelling(int terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {}

  /// When all is read and the first step is to come: how long the run is, and what people may not have meant. Where
  /// its work is known, tokens a second are shown, and their share of the peak.
  void prepared(const train::Trainer& trainer, std::size_t weights, const std::filesystem::path& output, bool resumed,
                const StepWork& work = {});

  train::RunEvents events();
  void evaluated(std::uint64_t step, const std::string& metric, double score, bool best,
                 const std::vector<train::Measure>& measures);

 private:
  std::string label() const;

  int terminal_;
  bool quiet_;
  StepWork work_;
  std::optional<Progress> steps_;
  double loss_ = 0;    // a running mean
  double tokens_ = 0;  // a second, the same
  double last_ = 0;    // when a step was made, in seconds
};

/// What to know where a loss that takes texts alone leaves a column of labels or scores unread, so that a row counts as
/// texts that belong together whatever its label says; empty where it leaves none. Where the user `named` the columns
/// of texts, this is meant.
std::string note_of_unused_label(const std::string& file, const std::vector<data::ColumnRole>& columns,
                                 std::string_view loss, bool named);

}  // namespace mana::cli
