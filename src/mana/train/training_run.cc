#include "mana/train/training_run.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/leftovers.h"
#include "mana/base/partial_file.h"
#include "mana/train/last_weights.h"
#include "mana/train/run_lock.h"
#include "mana/train/run_progress.h"

namespace mana::train {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

fs::path beside(const fs::path& output, const char* what) { return fs::path(output.string() + what); }
fs::path best_path(const fs::path& output) { return beside(output, ".best"); }

/// A score that is no number is none.
std::optional<double> if_number(double score) { return std::isfinite(score) ? std::optional(score) : std::nullopt; }

/// One run from its beginning or its checkpoint to its end.
class TrainingRun {
 public:
  TrainingRun(Trainer& trainer, const RunOptions& options, const std::optional<Evaluation>& evaluation,
              const RunEvents& events, std::stop_token stop)
      : trainer_(trainer),
        options_(options),
        evaluation_(evaluation),
        events_(events),
        stop_(std::move(stop)),
        log_(options.log),
        last_weights_(options.output, options.average_last, options.identity) {}

  RunResult operator()() {
    begin();
    if (events_.began) events_.began(progress_.step, trainer_.total_steps());
    saved_ = Clock::now();
    while (progress_.evaluation_due || (!trainer_.done() && !tired())) {
      if (!progress_.evaluation_due) step();
      if (progress_.evaluation_due && !evaluate()) return interrupted();
      if (stop_.stop_requested() && !trainer_.done()) return interrupted();
      if (save_due()) save();
    }
    return finish();
  }

 private:
  void begin() {
    const fs::path path = checkpoint_path(options_.output);
    if (!options_.resume) require_own_checkpoint(path);
    if (options_.resume && fs::exists(path)) {
      const Checkpoint checkpoint(path, options_.identity);
      progress_ = RunProgress::read(checkpoint.progress(), path);
      settle_length(path, checkpoint.differences());
      trainer_.set_steps(progress_.step);
      checkpoint.restore([&](const VisitState& visit) { trainer_.for_each_state(visit); });
      trainer_.restored();
      saved_step_ = progress_.step;
      last_weights_.set_steps(progress_.kept_weights);
    }
    progress_.total = trainer_.total_steps();
    const bool first = progress_.step == 0 && evaluation_;
    const double before = first ? evaluation_->score() : 0;  // cancelled here, nothing has been written
    if (first) progress_.before = if_number(before);
    if (!log_) log_ = &own_lock_.emplace(options_.output).log();  // from here on no other process writes here
    log_->restart(whole_lines(progress_.log_size));
    remove_leftovers(checkpoint_path(options_.output));
    remove_leftovers(best_path(options_.output));
    if (first) write_score({{"step", 0}}, before);
  }

  /// How much of the log to go on after: what the checkpoint counts, or, where a part of that was lost, the whole lines
  /// of what there is.
  std::uint64_t whole_lines(std::uint64_t wanted) const {
    const fs::path path = PartialFile::name_of(log_path(options_.output));
    std::error_code error;
    const std::uintmax_t there = fs::file_size(path, error);
    if (error || there >= wanted) return error ? 0 : wanted;
    const std::string log = read_file(path);
    return log.rfind('\n') == std::string::npos ? 0 : log.rfind('\n') + 1;
  }

  /// A run that has become longer, or shorter.
  void settle_length(const fs::path& path, const std::string& differences) const {
    const std::uint64_t before = progress_.total, total = trainer_.total_steps();
    if (before == total) return;
    if (progress_.step > total) {
      throw ArgumentError(
          fmt::format("{}: {} steps have been made already, and this run has but {} ({}); make it longer, "
                      "or start anew without `resume`",
                      path.string(), progress_.step, total, differences));
    }
    if (!options_.extend && !trainer_.has_rates_of(before, progress_.step)) {
      throw ArgumentError(fmt::format(
          "{}: the checkpoint is of a run of {} steps, not {} ({}), in which the steps made had other rates; "
          "use the same, give `extend` to go on all the same, or start anew without `resume`",
          path.string(), before, total, differences));
    }
    if (events_.resized) events_.resized(before, total);
  }

  /// Weights that are spoilt take no place of good ones.
  void require_finite_weights() const {
    if (trainer_.has_finite_weights()) return;
    throw Error(
        fmt::format("the weights after step {} are no finite numbers any more, most likely because the learning "
                    "rate is too high; they were not kept",
                    progress_.step));
  }

  /// No better score for a while.
  bool tired() const { return options_.patience > 0 && progress_.since_best >= options_.patience; }

  void step() {
    const StepReport report = trainer_.step();
    progress_.step = report.step;
    write({{"step", report.step},
           {"loss", report.loss},
           {"rate", report.rate},
           {"gradient_norm", report.gradient_norm},
           {"rows", report.rows}});
    if (events_.stepped) events_.stepped(report);
    const std::uint64_t every = options_.evaluate_every > 0 ? options_.evaluate_every : trainer_.steps_of_an_epoch();
    const bool wanted = evaluation_ || options_.average_last > 0;
    progress_.evaluation_due = wanted && (progress_.step % every == 0 || trainer_.done());
  }

  /// False when it was cancelled: then it is still due.
  bool evaluate() {
    trainer_.settle();
    std::optional<double> score;
    try {
      if (evaluation_) score = evaluation_->score();
    } catch (const Cancelled&) {
      trainer_.resume();
      return false;
    } catch (const FormatError& error) {
      if (progress_.step == 0) throw;
      throw Error(fmt::format(
          "the evaluation after step {} has no score, most likely because the learning rate is too high: {}",
          progress_.step, error.what()));
    }
    progress_.evaluation_due = false;
    const bool best = score && is_best(*score);
    keep_weights(best);
    trainer_.resume();
    if (!score) return true;
    write_score({{"step", progress_.step}}, *score);
    if (events_.evaluated) events_.evaluated(progress_.step, *score, best);
    return true;
  }

  bool is_best(double score) {
    progress_.last = if_number(score);
    const bool best = progress_.last && (!progress_.best || evaluation_->is_better(score, *progress_.best));
    progress_.since_best = best ? 0 : progress_.since_best + 1;
    if (!best) return false;
    progress_.best = score;
    progress_.best_step = progress_.step;
    return true;
  }

  void keep_weights(bool best) {
    const auto for_each_weight = [&](const VisitState& visit) { trainer_.for_each_weight(visit); };
    if (best || options_.average_last > 0) require_finite_weights();
    if (best && keeps_best()) {
      write_checkpoint(best_path(options_.output), options_.identity, progress_.json(), for_each_weight);
    }
    last_weights_.keep(progress_.step, for_each_weight);
  }

  bool keeps_best() const { return !options_.keep_last && options_.average_last == 0; }

  bool save_due() const {
    if (options_.save_every > 0 && progress_.step % options_.save_every == 0) return true;
    return Clock::now() - saved_ > std::chrono::duration<double>(60 * options_.save_minutes);
  }

  /// So that a model that cannot be saved costs no step: the same run resumed has nothing left to do but that.
  void save_the_end() {
    if (saved_step_ == progress_.step) return;
    try {
      save();
    } catch (const IoError&) {
      return;  // where there is no room for a checkpoint there may yet be room for the model
    }
  }

  void save() {
    require_finite_weights();
    log_->sync();
    progress_.log_size = log_->size();
    progress_.kept_weights = last_weights_.steps();
    write_checkpoint(checkpoint_path(options_.output), options_.identity, progress_.json(),
                     [&](const VisitState& visit) { trainer_.for_each_state(visit); });
    saved_ = Clock::now();
    saved_step_ = progress_.step;
    last_weights_.remove_others();
  }

  RunResult interrupted() {
    save();
    return interrupted_here();
  }

  RunResult interrupted_here() const {
    RunResult result;
    result.interrupted = true;
    result.steps = progress_.step;
    return result;
  }

  RunResult finish() {
    save_the_end();
    trainer_.settle();
    require_finite_weights();
    const bool kept_best = progress_.best && keeps_best() && progress_.best_step != progress_.step;
    if (kept_best) {
      const Checkpoint best(best_path(options_.output), options_.identity);
      best.restore([&](const VisitState& visit) { trainer_.for_each_weight(visit); });
      trainer_.restored();
    }
    if (options_.average_last > 0 && !average()) return interrupted_here();
    RunResult result;
    result.steps = progress_.step;
    result.stopped_early = tired() && !trainer_.done();
    result.before = progress_.before;
    result.after = keeps_best() ? progress_.best : progress_.last;
    if (progress_.best && options_.average_last == 0)
      result.best_step = options_.keep_last ? progress_.step : progress_.best_step;
    result.log = log_text();
    result.curve = curve_of(result);
    return result;
  }

  /// Empty where it cannot be read: the weights are what the run was for.
  std::string log_text() const {
    try {
      return read_file(PartialFile::name_of(log_path(options_.output)));
    } catch (const Error&) {
      return {};
    }
  }

  /// The weights become the mean of the last ones, which has a score of its own. False when that was cancelled: the
  /// checkpoint of the end is there.
  bool average() {
    last_weights_.average([&](const VisitState& visit) { trainer_.for_each_weight(visit); });
    trainer_.restored();
    if (!evaluation_) return true;
    try {
      const double score = evaluation_->score();
      progress_.last = if_number(score);
      write_score({{"step", progress_.step}, {"averaged", last_weights_.steps().size()}}, score);
    } catch (const Cancelled&) {
      return false;
    }
    return true;
  }

  TrainingCurve curve_of(const RunResult& result) const {
    TrainingCurve curve;
    curve.title = options_.output.filename().string();
    if (evaluation_) curve.metric = evaluation_->metric;
    curve.best = result.best_step;
    std::size_t begin = 0;
    for (std::size_t end; (end = result.log.find('\n', begin)) != std::string::npos; begin = end + 1) {
      try {
        draw(curve, std::string_view(result.log).substr(begin, end - begin));
      } catch (const FormatError&) {  // a damaged line is missing from the curve, no more
      }
    }
    return curve;
  }

  static void draw(TrainingCurve& curve, std::string_view line) {
    const json::Document document = json::Document::parse(line, "log");
    const json::Value root = document.root();
    const auto step = static_cast<std::uint64_t>(root.at("step").integer());
    const auto add = [&](std::string_view name, std::vector<CurvePoint>& points) {
      if (const auto value = root.find(name)) points.push_back({step, value->number()});
    };
    add("loss", curve.loss);
    add("rate", curve.rate);
    add("gradient_norm", curve.gradient_norm);
    const auto score = root.find("score");
    if (score && score->is_number() && !root.find("averaged")) curve.scores.push_back({step, score->number()});
  }

  void write_score(nlohmann::ordered_json object, double score) {
    object["score"] = score;
    if (evaluation_->measures) {
      for (const Measure& measure : evaluation_->measures()) object[measure.name] = measure.value;
    }
    write(object);
  }

  void write(const nlohmann::ordered_json& object) { log_->write(object.dump() + "\n"); }

  Trainer& trainer_;
  const RunOptions& options_;
  const std::optional<Evaluation>& evaluation_;
  const RunEvents& events_;
  std::stop_token stop_;
  RunProgress progress_;
  std::optional<RunLock> own_lock_;
  PartialFile* log_;
  Clock::time_point saved_;
  std::uint64_t saved_step_ = 0;
  LastWeights last_weights_;
};

}  // namespace

fs::path checkpoint_path(const fs::path& output) { return beside(output, ".checkpoint"); }

RunResult run_training(Trainer& trainer, const RunOptions& options, const std::optional<Evaluation>& evaluation,
                       const RunEvents& events, std::stop_token stop) {
  return TrainingRun(trainer, options, evaluation, events, std::move(stop))();
}

void remove_run_files(const fs::path& output) {
  for (const fs::path& path : {checkpoint_path(output), best_path(output), PartialFile::name_of(log_path(output))}) {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  LastWeights(output, 0, {}).remove_others();
}

}  // namespace mana::train
