#include "mana/train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/train/gradient_norm.h"
#include "mana/train/sparse_gradients.h"

namespace mana::train {
namespace {

/// The only step of a run has no warm-up: its rate would be 0.
Schedule schedule_of(const TrainerOptions& options, std::uint64_t steps) {
  double warmup = options.warmup;
  if (warmup < 1) warmup = steps == 1 ? 0 : std::ceil(warmup * static_cast<double>(steps));
  return {options.schedule, options.rate, static_cast<std::uint64_t>(warmup), steps};
}

}  // namespace

Trainer::Trainer(Task& task, const TrainerOptions& options, kernels::Profile* profile)
    : task_(task),
      options_(options),
      team_(options.threads),
      run_{task.kernels(), pool_, &team_, profile},
      optimizer_(task.parameters(), options.rule, options.untouched),
      head_(task.head(), options.rule),
      tape_(run_) {
  if (options.average > 0) average_.emplace(task.parameters(), options.average);
  schedule_ = schedule_of(options_, options.max_steps > 0 ? options.max_steps : options.epochs * steps_of_an_epoch());
  if (schedule_.steps == 1 && schedule_.warmup > 0) {
    throw ArgumentError(
        "the one step of this run would have the learning rate 0, where the warm-up begins; make more steps, or none "
        "of "
        "them warm-up (--warmup 0)");
  }
}

bool Trainer::has_rates_of(std::uint64_t total, std::uint64_t made) const {
  const Schedule other = schedule_of(options_, total);
  for (std::uint64_t step = 0; step < made; ++step) {
    if (other(step) != schedule_(step)) return false;
  }
  return true;
}

std::uint64_t Trainer::steps_of_an_epoch() const {
  return (task_.batches() + options_.accumulate - 1) / options_.accumulate;
}

/// The last step of an epoch may have fewer.
std::vector<BatchPlace> Trainer::batches_of_step(std::uint64_t step) const {
  const std::uint64_t steps = steps_of_an_epoch(), epoch = step / steps;
  const std::size_t begin = (step % steps) * options_.accumulate,
                    end = std::min(begin + options_.accumulate, task_.batches());
  std::vector<BatchPlace> places;
  for (std::size_t index = begin; index < end; ++index) {
    places.push_back({.epoch = epoch, .index = index, .number = step * options_.accumulate + (index - begin)});
  }
  return places;
}

/// Rows of tables that this step reads come to the present.
void Trainer::catch_up() {
  const std::span<const autograd::Parameter> parameters = task_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].sparse) optimizer_.catch_up(run_, i, task_.rows_read(parameters[i]));
  }
}

StepReport Trainer::step() {
  const std::uint64_t step = steps();
  StepReport report{.step = step + 1, .rate = schedule_(step)};
  std::vector<BatchSize> batches;
  std::size_t count = 0;
  {
    const Stopwatch watch(times_.data);
    batches = task_.prepare(batches_of_step(step));
    for (const BatchSize& batch : batches) {
      report.rows += batch.rows;
      report.tokens += batch.tokens;
      count += batch.count;
    }
  }
  {
    const Stopwatch watch(times_.update);
    catch_up();
  }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const double share = static_cast<double>(batches[i].count) / static_cast<double>(count);
    const float loss = task_.differentiate(tape_, i, static_cast<float>(share), times_);
    report.loss += share * static_cast<double>(loss);
  }

  const Stopwatch watch(times_.update);
  if (!gradients_checked_) require_gradients_of_lookups_alone(task_.parameters());
  gradients_checked_ = true;
  report.gradient_norm = std::hypot(gradient_norm(run_, task_.parameters()), gradient_norm(run_, task_.head()));
  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) refuse(report);
  const double scale = options_.clip > 0 ? clip_scale(report.gradient_norm, options_.clip) : 1;
  optimizer_.step(run_, report.rate, static_cast<float>(scale));
  head_.step(run_, report.rate, static_cast<float>(scale));
  if (average_) {
    optimizer_.catch_up(run_);
    average_->update(run_);
  }
  task_.refresh(run_);
  return report;
}

void Trainer::refuse(const StepReport& report) const {
  const bool untrained = report.step <= (schedule_.warmup > 0 ? 2 : 1);  // a warm-up's first rate is 0
  throw Error(
      fmt::format("the {} of step {} is no finite number ({}), most likely because {}; nothing of this step was kept",
                  std::isfinite(report.loss) ? "gradient" : "loss", report.step, task_.whereabouts(0),
                  untrained ? fmt::format("{} are extreme", task_.suspects()) : "the learning rate is too high"));
}

void Trainer::settle() {
  optimizer_.catch_up(run_);
  if (average_) {
    average_->swap();
    task_.refresh(run_);
  }
}

void Trainer::resume() {
  if (!average_) return;
  average_->swap();
  task_.refresh(run_);
}

void Trainer::for_each_weight(const VisitState& visit) {
  for (const std::span<autograd::Parameter> parameters : {task_.parameters(), task_.head()}) {
    for (autograd::Parameter& parameter : parameters) {
      visit("value." + parameter.name, std::as_writable_bytes(parameter.values));
    }
  }
}

void Trainer::for_each_state(const VisitState& visit) {
  for_each_weight(visit);
  optimizer_.for_each_state(visit);
  head_.for_each_state([&](const std::string& name, std::span<std::byte> bytes) { visit("head." + name, bytes); });
  if (average_) average_->for_each_state(visit);
}

bool Trainer::has_finite_weights() {
  bool finite = true;
  for_each_weight([&](const std::string&, std::span<std::byte> bytes) {
    const std::span<const float> values(reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float));
    std::uint32_t special = 0;  // of an infinity or no number all bits of the exponent are set
    for (const float value : values) {
      constexpr std::uint32_t kExponent = 0x7f800000;
      special |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
    }
    finite = finite && special == 0;
  });
  return finite;
}

void Trainer::set_steps(std::uint64_t steps) {
  optimizer_.resize(steps);
  head_.resize(steps);
}

void Trainer::restored() { task_.refresh(run_); }

}  // namespace mana::train
