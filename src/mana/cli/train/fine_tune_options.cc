#include "mana/cli/train/fine_tune_options.h"

#include <fmt/format.h>

#include <utility>

#include "mana/cli/shell/lists.h"
#include "mana/cli/shell/numbers.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/step_telling.h"
#include "mana/jobs/row_columns.h"

namespace mana::cli {
namespace {

/// The two numbers of "0,5".
std::pair<double, double> range_of(const std::string& text) {
  const std::vector<std::string> parts = list_of(text);
  if (parts.size() != 2) Options::refuse("--score-range", "two numbers, LOW,HIGH", text);
  const double low = read_real("--score-range", parts[0]), high = read_real("--score-range", parts[1]);
  if (low >= high) Options::refuse("--score-range", "a low number, then a higher one", text);
  return {low, high};
}

}  // namespace

void FineTuneChoice::describe(Options& options) {
  options.option("--data", "FILES",
                 "Rows to learn from: tables with a header (.tsv, .csv), or JSON; several with commas between", data);
  options.require("--data");
  options.option("--columns", "NAMES", "The columns of texts in their order, with commas; else as their names say",
                 columns);
  options.option("--label", "NAMES", "The column of scores or classes; else score, label or the like", label);
  describe_loss(options);
  describe_steps(options);
  options.group("Model");
  model.describe(options);
  options.choice<std::optional<formats::PoolingMode>>(
      "--pooling", "How token vectors become one, in place of the model's way; the new model has it, too",
      {{"mean", formats::PoolingMode::mean}, {"max", formats::PoolingMode::max}, {"cls", formats::PoolingMode::cls}},
      job.pooling);
  options.option("--prompt", "NAME", "Put this prompt of the model before each text", job.prompt);
  options.option("--max-tokens", "N", "Tokens of a text that the model sees", job.max_tokens);
  compute.describe(options);
}

void FineTuneChoice::describe_loss(Options& options) {
  options.group("Loss");
  options.option(
      "--loss", "NAME",
      "mnr, cached-mnr, simcse, tsdae, cosent, angle, cosine, softmax, triplet, contrastive, online-contrastive, "
      "batch-hard-triplet, mse, margin-mse",
      job.loss);
  options.option("--scale", "X", "What cosines are multiplied by", job.scale);
  options.option("--margin", "X", "By how much distances are to differ", job.margin);
  options.option("--distance", "NAME", "cosine, euclidean or manhattan", distance);
  options.flag("--symmetric", "Positives look for their anchors, too (mnr)", job.symmetric);
  options.option("--deletion", "X",
                 "The share of a text's words that is left out before it is written again (tsdae; default: 0.6)",
                 job.deletion, {.least = 0, .below = 1});
  options.option("--mini-batch", "N", "Texts embedded at once (cached-mnr)", job.mini_batch);
  options.option("--matryoshka", "LIST", "Lengths of the vectors' beginnings that shall be useful, too: 384,128,64",
                 matryoshka);
  options.option("--teacher", "NAME", "The model whose vectors are to be learned (mse)", teacher);
  options.option("--score-range", "LOW,HIGH", "Scores of this range are mapped to 0 … 1", score_range);
}

void FineTuneChoice::describe_steps(Options& options) {
  options.group("Steps");
  options.option("--epochs", "N", "Passes over the data", job.epochs);
  options.option("--max-steps", "N", "Steps, whatever --epochs says; 0 for as many as epochs take", job.max_steps);
  options.option("--batch", "N", "Rows of a batch", job.batch, {.least = 1, .wanted = "a whole number above 0"});
  options.option("--batch-tokens", "N", "Cut batches of rows of similar length at so many tokens; 0: by rows",
                 job.batch_tokens);
  options.option("--accumulate", "N", "Batches of a step", job.accumulate,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--round-robin", "A batch of each file in turn, until one has no more; else all of all",
               job.round_robin);
  options.option("--learning-rate", "X", "The highest learning rate", job.learning_rate, {.least = 0, .above = 0});
  options.choice<train::ScheduleShape>("--schedule", "How it goes on after the warm-up",
                                       {{"constant", train::ScheduleShape::constant},
                                        {"linear", train::ScheduleShape::linear},
                                        {"cosine", train::ScheduleShape::cosine},
                                        {"inverse-sqrt", train::ScheduleShape::inverse_sqrt}},
                                       job.schedule);
  options.option("--warmup", "X", "Steps in which it rises: a share of all if below 1, else a number", job.warmup,
                 {.least = 0});
  options.flag("--sgd", "Stochastic gradient descent with momentum 0.9, in place of AdamW", job.sgd);
  options.option("--weight-decay", "X", "Of matrices, in each step times the learning rate", job.weight_decay,
                 {.least = 0});
  options.option("--clip", "X", "The largest norm of a gradient; 0 for any", job.clip, {.least = 0});
  options.flag("--lazy", "Leave rows of tables that a step does not touch as they are", job.lazy);
  options.option("--layer-decay", "X", "Each layer learns at X times the rate of the one above it", job.layer_decay,
                 {.least = 0, .most = 1});
  options.option("--freeze", "LIST", "What keeps its weights: embeddings, layers (0-3), or a part of a tensor's name",
                 freeze);
  options.option("--average", "X", "Keep a moving average of the weights with this decay, 0.999 say; 0 for none",
                 job.average, {.least = 0, .below = 1});
  options.option("--dropout", "X", "Everywhere, in place of the model's own", job.dropout, {.least = 0, .below = 1});
  options.option("--seed", "N", "Decides the order of rows and the dropout", job.seed);
  options.flag("--deterministic", "Same seed, same bits, for any --threads: training a sentence encoder is always so",
               deterministic);
}

void FineTuneChoice::settle() {
  job.model = model.folder();
  job.model_name = model.model;
  job.threads = compute.threads;
  job.precision = compute.precision;
  job.isa = compute.isa;
  job.data = list_of(data);
  job.columns = list_of(columns);
  job.label = list_of(label);
  job.freeze = list_of(freeze);
  if (!score_range.empty()) job.score_range = range_of(score_range);
  if (distance) {
    job.distance = train::distance_named(*distance);
    if (!job.distance) Options::refuse("--distance", "cosine, euclidean or manhattan", *distance);
  }
  for (const std::string& each : list_of(matryoshka.value_or(""))) {
    job.matryoshka.push_back(static_cast<std::size_t>(read_real("--matryoshka", each, {.least = 1})));
  }
  if (teacher) job.teacher = ModelChoice{.model = *teacher}.folder();
  jobs::check(job);
}

std::vector<GivenPath> FineTuneChoice::files() const {
  std::vector<GivenPath> files;
  files.reserve(job.data.size() + 1);
  for (const std::string& file : job.data) files.push_back({"--data", file});
  if (job.teacher) files.push_back({"--teacher", *job.teacher});
  return files;
}

jobs::FineTuningEvents telling_events(const jobs::FineTuneOptions& job, bool quiet, jobs::StageEvent stage) {
  jobs::FineTuningEvents events;
  events.loaded = [quiet](const engine::Encoder& encoder) { print_notes(encoder, quiet); };
  events.read = [&job, quiet](const std::string& file, const train::TokenRows& rows, const engine::Encoder& encoder) {
    note_mistakes(rows.notes, quiet);
    if (quiet) return;
    note_lines(jobs::table_of_columns(file, rows.rows(), rows.columns));
    const std::string unused = note_of_unused_label(file, rows.columns, job.loss, !job.columns.empty());
    if (!unused.empty()) note(unused);
    if (rows.truncated == 0) return;
    note(fmt::format(
        "{}: {} of {} texts are longer than the {} tokens that the model sees; the rest of them is not learned", file,
        rows.truncated, rows.rows() * rows.facts.texts, encoder.max_tokens().value_or(0)));
  };
  events.stage = std::move(stage);
  return events;
}

}  // namespace mana::cli
