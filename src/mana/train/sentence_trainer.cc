#include "mana/train/sentence_trainer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <functional>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/train/gradient_norm.h"
#include "mana/train/learnable.h"
#include "mana/train/losses/gradient_cache.h"

namespace mana::train {
namespace {

/// Adds the time of its life to a sum of seconds.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum) {}
  ~Stopwatch() { sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Texts of rows side by side, as a model takes them.
struct PackedTexts {
  std::vector<text::TokenId> ids, types;
  std::vector<std::uint32_t> offsets = {0};

  void add(const TokenRows& set, std::size_t row, std::size_t column) {
    const auto text = set.text(row, column), of_text = set.types_of(row, column);
    ids.insert(ids.end(), text.begin(), text.end());
    types.insert(types.end(), of_text.begin(), of_text.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  nn::PackedTokens tokens() const { return {.ids = ids, .type_ids = types, .offsets = offsets}; }
};

/// What planning is to know of the rows: a text that is embedded twice has twice the tokens.
std::vector<data::RowFacts> facts_of(std::span<const TokenRows> sets, const LossData& data) {
  std::vector<data::RowFacts> facts;
  for (const TokenRows& set : sets) {
    facts.push_back(set.facts);
    if (!data.twice) continue;
    for (std::uint32_t& tokens : facts.back().tokens) tokens *= 2;
  }
  return facts;
}

/// The only step of a run has no warm-up: its rate would be 0.
Schedule schedule_of(const TrainerOptions& options, std::uint64_t steps) {
  double warmup = options.warmup;
  if (warmup < 1) warmup = steps == 1 ? 0 : std::ceil(warmup * static_cast<double>(steps));
  return {options.schedule, options.rate, static_cast<std::uint64_t>(warmup), steps};
}

}  // namespace

SentenceTrainer::SentenceTrainer(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
                                 const TrainerOptions& options, kernels::Profile* profile)
    : model_(model),
      sets_(sets),
      loss_(loss),
      options_(options),
      team_(options.threads),
      run_{model.kernels(), pool_, &team_, profile},
      optimizer_(model.parameters(), options.rule, options.untouched),
      head_(loss.parameters(), options.rule),
      tape_(run_) {
  options_.batches = rules_for(loss.data, options.batches);
  require_labels_that_teach(sets_, loss);
  require_batch_size(options_.batches, loss);
  if (options.average > 0) average_.emplace(model.parameters(), options.average);
  const std::vector<data::RowFacts> facts = facts_of(sets_, loss.data);
  plan_ = data::plan_epoch(facts, options_.batches, options_.seed, planned_epoch_ = 0);
  std::vector<std::size_t> taken(sets_.size());
  for (const data::PlannedBatch& batch : plan_) taken[batch.set] += batch.rows.size();
  for (std::size_t i = 0; i < sets_.size(); ++i) left_out_ += sets_[i].rows() - taken[i];
  if (plan_.empty() || std::ranges::count(taken, 0U) > 0)
    refuse_rows_without_batch(sets_, facts, options_.batches, loss);
  schedule_ = schedule_of(options_, options.max_steps > 0 ? options.max_steps : options.epochs * steps_of_an_epoch());
  if (schedule_.steps == 1 && schedule_.warmup > 0) {
    throw ArgumentError(
        "the one step of this run would have the learning rate 0, where the warm-up begins; make more steps, or none "
        "of "
        "them warm-up (`warmup` 0)");
  }
}

bool SentenceTrainer::has_rates_of(std::uint64_t total, std::uint64_t made) const {
  const Schedule other = schedule_of(options_, total);
  for (std::uint64_t step = 0; step < made; ++step) {
    if (other(step) != schedule_(step)) return false;
  }
  return true;
}

std::uint64_t SentenceTrainer::steps_of_an_epoch() const {
  return (plan_.size() + options_.accumulate - 1) / options_.accumulate;
}

/// The batches of a step; the last step of an epoch may have fewer. Epochs may differ by a batch: each is cut short, or
/// goes round again, so that all have as many steps as the first.
std::vector<data::PlannedBatch> SentenceTrainer::batches_of_step(std::uint64_t step) {
  const std::uint64_t steps = steps_of_an_epoch(), epoch = step / steps;
  if (epoch != planned_epoch_) {
    const std::size_t size = plan_.size();
    plan_ = data::plan_epoch(facts_of(sets_, loss_.data), options_.batches, options_.seed, planned_epoch_ = epoch);
    for (std::size_t i = 0; plan_.size() < size; ++i) plan_.push_back(plan_[i]);
    plan_.resize(size);
  }
  const std::size_t begin = (step % steps) * options_.accumulate,
                    end = std::min(begin + options_.accumulate, plan_.size());
  return {plan_.begin() + static_cast<std::ptrdiff_t>(begin), plan_.begin() + static_cast<std::ptrdiff_t>(end)};
}

nn::Masks SentenceTrainer::masks(std::uint64_t seed, std::uint64_t number) const {
  nn::Masks masks = model_.masks(seed, number);
  if (options_.dropout) masks.hidden = masks.attention = *options_.dropout;
  return masks;
}

Labels SentenceTrainer::labels_of(const data::PlannedBatch& batch) const {
  const TokenRows& set = sets_[batch.set];
  Labels labels{.values = run_.tensor(batch.rows.size(), set.labels)};
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    std::copy_n(set.label_values.data() + batch.rows[i] * set.labels, set.labels, labels.values.row(i).data());
  }
  if (loss_.data.label == Label::category) {
    for (const std::uint32_t row : batch.rows)
      labels.classes.push_back(static_cast<std::uint32_t>(set.facts.classes[row]));
  }
  return labels;
}

/// Rows of tables are read in this step: those of the tokens that occur.
void SentenceTrainer::catch_up(std::span<const data::PlannedBatch> batches) {
  std::vector<std::uint32_t> rows;
  for (const data::PlannedBatch& batch : batches) {
    const TokenRows& set = sets_[batch.set];
    for (const std::uint32_t row : batch.rows) {
      for (std::size_t column = 0; column < set.facts.texts; ++column) {
        for (const text::TokenId id : set.text(row, column)) rows.push_back(static_cast<std::uint32_t>(id));
      }
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  const std::span<const autograd::Parameter> parameters = model_.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].sparse) optimizer_.catch_up(run_, i, rows);
  }
}

/// L of a batch, whose gradients, times `weight`, are added to those of the parameters.
float SentenceTrainer::differentiate(const data::PlannedBatch& batch, std::uint64_t number, float weight,
                                     StepReport& report) {
  if (loss_.mini_batch > 0) return differentiate_cached(batch, number, weight);
  const TokenRows& set = sets_[batch.set];
  const std::size_t columns = columns_of(set), rows = batch.rows.size();
  PackedTexts texts;
  {
    const Stopwatch watch(times_.data);
    for (std::size_t column = 0; column < columns; ++column) {
      for (const std::uint32_t row : batch.rows) texts.add(set, row, column % set.facts.texts);
    }
  }
  report.tokens += texts.ids.size();

  nn::Masks masks = this->masks(options_.seed, number);
  float value = 0;
  autograd::Variable loss;
  {
    const Stopwatch watch(times_.forward);
    const autograd::Variable vectors = model_(model_.training(tape_, masks), texts.tokens(), options_.prompt_tokens);
    std::vector<autograd::Variable> parts;
    parts.reserve(columns);
    for (std::size_t column = 0; column < columns; ++column) {
      parts.push_back(autograd::rows_between(vectors, column * rows, (column + 1) * rows));
    }
    loss = loss_(parts, labels_of(batch));
    value = loss.value().data()[0];
  }
  {
    const Stopwatch watch(times_.backward);
    if (std::isfinite(value)) tape_.backward(weight * loss);
    tape_.clear();
  }
  return value;
}

float SentenceTrainer::differentiate_cached(const data::PlannedBatch& batch, std::uint64_t number, float weight) {
  const Stopwatch watch(times_.backward);
  const TokenRows& set = sets_[batch.set];
  // Texts and masks of a mini-batch live as long as its tape: until the next one.
  PackedTexts texts;
  nn::Masks masks;
  const auto embed = [&](autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end) {
    texts = {};
    for (std::size_t i = begin; i < end; ++i) texts.add(set, batch.rows[i], column % set.facts.texts);
    masks = this->masks(Random::key(options_.seed, number), column * batch.rows.size() + begin);
    return model_(model_.training(tape, masks), texts.tokens(), options_.prompt_tokens);
  };
  return cached_gradients(loss_, run_, columns_of(set), batch.rows.size(), labels_of(batch), loss_.mini_batch, embed,
                          weight);
}

StepReport SentenceTrainer::step() {
  const std::uint64_t step = steps();
  StepReport report{.step = step + 1, .rate = schedule_(step)};
  std::vector<data::PlannedBatch> batches;
  {
    const Stopwatch watch(times_.data);
    batches = batches_of_step(step);
    for (const data::PlannedBatch& batch : batches) report.rows += batch.rows.size();
  }
  {
    const Stopwatch watch(times_.update);
    catch_up(batches);
  }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const double share = static_cast<double>(batches[i].rows.size()) / static_cast<double>(report.rows);
    const float loss = differentiate(batches[i], step * options_.accumulate + i, static_cast<float>(share), report);
    report.loss += share * static_cast<double>(loss);
  }

  const Stopwatch watch(times_.update);
  report.gradient_norm = std::hypot(gradient_norm(run_, model_.parameters()), gradient_norm(run_, loss_.parameters()));
  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) refuse(report, batches);
  const double scale = options_.clip > 0 ? clip_scale(report.gradient_norm, options_.clip) : 1;
  optimizer_.step(run_, report.rate, static_cast<float>(scale));
  head_.step(run_, report.rate, static_cast<float>(scale));
  if (average_) {
    optimizer_.catch_up(run_);
    average_->update(run_);
  }
  model_.refresh(run_);
  return report;
}

void SentenceTrainer::refuse(const StepReport& report, std::span<const data::PlannedBatch> batches) const {
  std::vector<std::string> lines;
  const TokenRows& set = sets_[batches[0].set];
  for (const std::uint32_t row : batches[0].rows) {
    if (lines.size() < 5) lines.push_back(std::to_string(set.lines[row]));
  }
  const bool untrained = report.step <= (schedule_.warmup > 0 ? 2 : 1);  // a warm-up's first rate is 0
  throw Error(fmt::format(
      "the {} of step {} is no finite number (lines {}{} of {}), most likely because {}; nothing of this step was kept",
      std::isfinite(report.loss) ? "gradient" : "loss", report.step, fmt::join(lines, ", "),
      batches[0].rows.size() > lines.size() ? ", …" : "", set.name,
      untrained ? "the model's weights or the labels are extreme" : "the learning rate is too high"));
}

void SentenceTrainer::settle() {
  optimizer_.catch_up(run_);
  if (average_) {
    average_->swap();
    model_.refresh(run_);
  }
}

void SentenceTrainer::resume() {
  if (!average_) return;
  average_->swap();
  model_.refresh(run_);
}

void SentenceTrainer::for_each_weight(const VisitState& visit) {
  for (const std::span<autograd::Parameter> parameters : {model_.parameters(), loss_.parameters()}) {
    for (autograd::Parameter& parameter : parameters) {
      visit("value." + parameter.name, std::as_writable_bytes(parameter.values));
    }
  }
}

void SentenceTrainer::for_each_state(const VisitState& visit) {
  for_each_weight(visit);
  optimizer_.for_each_state(visit);
  head_.for_each_state([&](const std::string& name, std::span<std::byte> bytes) { visit("head." + name, bytes); });
  if (average_) average_->for_each_state(visit);
}

bool SentenceTrainer::has_finite_weights() {
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

void SentenceTrainer::set_steps(std::uint64_t steps) {
  optimizer_.resize(steps);
  head_.resize(steps);
}

void SentenceTrainer::restored() { model_.refresh(run_); }

}  // namespace mana::train
