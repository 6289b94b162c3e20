#include "mana/jobs/training_course.h"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "mana/base/processors.h"
#include "mana/jobs/json_text.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

std::optional<float> as_float(const std::optional<double>& number) {
  return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
}

}  // namespace

void require_share(double value, std::string_view field) {
  require_option(value >= 0 && value < 1, field, "a number from 0 to below 1");
}

void check(const TrainingCourse& course) {
  require_option(course.batch_tokens > 0, "batch_tokens", "a whole number above 0");
  require_option(course.accumulate > 0, "accumulate", "a whole number above 0");
  require_option(course.epochs > 0 || course.max_steps > 0, "epochs", "a whole number above 0, not '0'");
  require_option(std::isfinite(course.rate) && course.rate > 0, "rate", "a number above 0");
  require_option(course.warmup >= 0, "warmup", "a number of at least 0");
  require_option(course.weight_decay >= 0, "weight_decay", "a number of at least 0");
  require_option(course.clip >= 0, "clip", "a number of at least 0");
  require_option(course.epsilon > 0, "epsilon", "a number above 0");
  for (const auto& [value, field] : {std::pair(course.average, "average"), std::pair(course.beta1, "beta1"),
                                     std::pair(course.beta2, "beta2"), std::pair(course.dropout.value_or(0), "dropout"),
                                     std::pair(course.attention_dropout.value_or(0), "attention_dropout")}) {
    require_share(value, field);
  }
  if (course.precision == kernels::Precision::int8) {
    throw OptionError("`precision` int8 is for models that are trained; training computes in f32 or bf16");
  }
}

train::TrainerOptions TrainingCourse::trainer_options() const {
  train::TrainerOptions options;
  options.epochs = epochs;
  options.max_steps = max_steps;
  options.accumulate = accumulate;
  options.rule = train::AdamW{.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decay = weight_decay};
  options.schedule = schedule;
  options.rate = rate;
  options.warmup = warmup;
  options.clip = clip;
  options.average = average;
  options.threads = thread_count(threads);
  return options;
}

std::optional<float> TrainingCourse::hidden_dropout() const { return as_float(dropout); }
std::optional<float> TrainingCourse::attention_dropout_share() const { return as_float(attention_dropout); }

void add_step_settings(const TrainingCourse& course, std::vector<train::RunSetting>& settings) {
  const auto add = [&](const char* name, double value) { settings.push_back({name, fmt::format("{}", value)}); };
  settings.push_back({"--batch-tokens", std::to_string(course.batch_tokens)});
  settings.push_back({"--accumulate", std::to_string(course.accumulate)});
  add("--rate", course.rate);
  settings.push_back({"--schedule", std::string(train::name_of(course.schedule))});
  add("--warmup", course.warmup);
  add("--weight-decay", course.weight_decay);
  add("--beta1", course.beta1);
  add("--beta2", course.beta2);
  add("--epsilon", course.epsilon);
  add("--clip", course.clip);
  add("--average", course.average);
}

void add_chance_settings(const TrainingCourse& course, std::vector<train::RunSetting>& settings) {
  const auto text = [](const auto& value) { return value ? fmt::format("{}", *value) : std::string(); };
  settings.push_back({"--dropout", text(course.dropout)});
  settings.push_back({"--attention-dropout", text(course.attention_dropout)});
  settings.push_back({"--seed", std::to_string(course.seed)});
}

void add_batch(const TrainingCourse& course, train::ModelCard& card) {
  const std::string tokens = std::to_string(course.batch_tokens);
  card.add("tokens of a batch", course.accumulate > 1 ? fmt::format("{} × {}", course.accumulate, tokens) : tokens);
}

void add_optimizer(const TrainingCourse& course, train::ModelCard& card) {
  card.add("optimizer", fmt::format("AdamW, β₁ {}, β₂ {}, ε {}", shortest_text(course.beta1),
                                    shortest_text(course.beta2), shortest_text(course.epsilon)));
  card.add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(course.rate),
                                        train::name_of(course.schedule), shortest_text(course.warmup)));
  card.add("weight decay", shortest_text(course.weight_decay));
  card.add("clipping", shortest_text(course.clip));
}

void add_computing(const TrainingCourse& course, kernels::Precision precision, train::ModelCard& card) {
  card.add("precision", fmt::format("{} products, f32 weights", kernels::name_of(precision)));
  card.add("seed", std::to_string(course.seed));
}

void add_scores(const train::RunResult& result, train::ModelCard& card) {
  if (result.best_step) card.add("weights of step", std::to_string(*result.best_step));
  card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
}

}  // namespace mana::jobs
