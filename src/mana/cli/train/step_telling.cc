#include "mana/cli/train/step_telling.h"

#include <fmt/format.h>

#include <chrono>

#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/cli/shell/output.h"
#include "mana/data/column_meaning.h"
#include "mana/train/sentence/loss.h"

namespace mana::cli {
namespace {

constexpr double kKept = 0.95;  // of a running mean, in each step

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void follow(double& mean, double value) { mean = mean == 0 ? value : kKept * mean + (1 - kKept) * value; }

}  // namespace

void note_warm_up(const train::Schedule& schedule) {
  if (schedule.warmup < schedule.steps || schedule.warmup == 0) return;
  note(fmt::format("the warm-up of {} steps is as long as the run of {}, whose learning rate never reaches {}",
                   schedule.warmup, schedule.steps, schedule.rate));
}

void note_checkpoint(const std::filesystem::path& output, bool resumed) {
  const std::filesystem::path checkpoint = train::checkpoint_path(output);
  if (resumed || !file_exists(checkpoint)) return;
  note(fmt::format("{} is of a run that was interrupted; starting over, as --resume was not given",
                   checkpoint.string()));
}

void note_length(std::uint64_t before, std::uint64_t total) {
  note(fmt::format("the run was to have {} steps and now has {}; those to come take the rates of {} steps", before,
                   total, total));
}

void StepTelling::prepared(const train::Trainer& trainer, std::size_t weights, const std::filesystem::path& output,
                           bool resumed, const StepWork& work) {
  work_ = work;
  steps_.emplace(terminal_, "training", "steps", trainer.total_steps());
  if (quiet_) return;
  note(fmt::format("{} weights, {} steps of which {} are an epoch", weights, trainer.total_steps(),
                   trainer.steps_of_an_epoch()));
  note_warm_up(trainer.schedule());
  note_checkpoint(output, resumed);
}

std::string StepTelling::label() const {
  std::string label = fmt::format("training, loss {:.4f}", loss_);
  if (tokens_ > 0) label += fmt::format(", {:.0f} tokens/s", tokens_);
  if (tokens_ > 0 && work_.peak > 0) {
    label += fmt::format(", {:.0f} % of the peak", 100 * tokens_ * work_.of_token / work_.peak);
  }
  return label;
}

train::RunEvents StepTelling::events() {
  train::RunEvents events;
  events.began = [this](std::uint64_t steps, std::uint64_t) {
    steps_->skip(steps);
    last_ = now();
  };
  events.resized = [this](std::uint64_t before, std::uint64_t total) {
    if (!quiet_) note_length(before, total);
  };
  events.stepped = [this](const train::StepReport& report) {
    const double time = now();
    follow(loss_, report.loss);
    if (work_.of_token > 0 && time > last_) follow(tokens_, static_cast<double>(report.tokens) / (time - last_));
    last_ = time;
    steps_->set_label(label());
    steps_->advance();
  };
  return events;
}

void StepTelling::evaluated(std::uint64_t step, const std::string& metric, double score, bool best,
                            const std::vector<train::Measure>& measures) {
  steps_->wipe();
  last_ = now();
  if (quiet_) return;
  std::string text = fmt::format("step {}: {} {:.4f}", step, metric, score);
  for (const train::Measure& measure : measures) text += fmt::format(", {} {:.2f}", measure.name, measure.value);
  note(text + (best ? ", the best so far" : ""));
}

std::string note_of_unused_label(const std::string& file, const std::vector<data::ColumnRole>& columns,
                                 std::string_view loss, bool named) {
  const train::LossData data = train::loss_data(loss);
  if (named || data.label != train::Label::none) return "";
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const data::ColumnRole& each : columns) names.push_back(each.column);
  const std::vector<data::ColumnMeaning> meanings = data::column_meanings(names);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool score = meanings[i] == data::ColumnMeaning::score;
    if (columns[i].role != "not used" || !(score || meanings[i] == data::ColumnMeaning::label)) continue;
    const std::string unread =
        fmt::format("{}: the loss {} does not read {}", printable(file), loss, printable(columns[i].column));
    if (data.most_texts == 1) return unread + ": it learns from the texts alone";
    return fmt::format(
        "{}: it takes all texts of a row as its columns say, whatever stands there; {}, or leave out the rows whose "
        "texts do not belong together and name the columns of texts with --columns",
        unread,
        score ? "take --loss cosent, which reads scores" : "take --loss softmax for classes, contrastive for 1 and 0");
  }
  return "";
}

}  // namespace mana::cli
