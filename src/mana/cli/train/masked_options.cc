#include "mana/cli/train/masked_options.h"

#include <fmt/format.h>

#include <utility>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {
namespace {

constexpr Range kInside{.above = 0, .below = 1, .wanted = "a number above 0 and below 1"};

}  // namespace

void MaskedTrainingChoice::describe(Options& options, bool long_ones) {
  long_ones_ = long_ones;
  describe_data(options);
  describe_model(options);
  describe_steps(options);
  options.group("Computing");
  compute_.describe(options);
  options.known_as("mask_rate", "--mask-rate");
  options.known_as("long_length", "--long");
}

void MaskedTrainingChoice::describe_data(Options& options) {
  options.arguments("FILE", "Text to learn from: files, or folders of which every file is a document", files_);
  options.option("--input", "PATH", "The same, one of them", input_);
  options.option("--field", "NAME", "The field of a JSON object that holds a document (default: text)",
                 training.corpus.format.field);
  options.option("--column", "NAME", "The column of a table that holds the documents (default: text)",
                 training.corpus.format.column);
  describe_input_format(options, training.corpus.format.form);
  options.choice<std::optional<bool>>(
      "--document", "What ends a document: a file, or an empty line; else files in a folder are one each",
      {{"file", true}, {"line", false}}, training.corpus.document_a_file);
  options.option("--held-out", "X", "The share of the documents that is not learned but measured on", training.held_out,
                 kShare);
  options.group("Sequences");
  options.choice<std::optional<bool>>(
      "--nsp", "Pairs of texts, and a head that says whether the second one follows; else as --model, or off",
      {{"on", true}, {"off", false}}, training.next_sentence);
  options.option("--length", "N", "Tokens of a sequence at most", training.length, {.least = 8});
  if (long_ones_) {
    options.option("--long", "N", "Tokens of the sequences at the end of the run; 0: as all others",
                   training.long_length);
    options.option("--long-share", "X", "The share of the steps that take those", training.long_share, kInside);
  }
  options.option("--mask-rate", "X", "The share of tokens that is asked for", training.masks.rate, kInside);
  options.choice<data::MaskUnit>(
      "--mask", "What is hidden together: each token by itself, whole words, or spans",
      {{"tokens", data::MaskUnit::tokens}, {"words", data::MaskUnit::words}, {"spans", data::MaskUnit::spans}},
      training.masks.unit);
}

void MaskedTrainingChoice::describe_model(Options& options) {
  options.group("Model");
  options.option("--tokenizer", "DIR",
                 "A tokenizer for a new model, as mana train tokenizer --type wordpiece writes it", tokenizer_);
  options.option("--shape", "NAME", "The size of a new model: tiny, mini, small, minilm, or a config.json",
                 training.shape);
  options.option("--model", "NAME", "Or go on with the weights and the tokenizer of this one", model_);
  describe_dropout(options, training.course, "Of attention's probabilities; else the model's, 0.1 of a new one");
}

void MaskedTrainingChoice::describe_steps(Options& options) {
  options.group("Steps");
  describe_rates(options, training.course, "Tokens of a batch, about",
                 {{"linear", train::ScheduleShape::linear},
                  {"cosine", train::ScheduleShape::cosine},
                  {"constant", train::ScheduleShape::constant},
                  {"inverse-sqrt", train::ScheduleShape::inverse_sqrt}});
  describe_updates(options, training.course, "Decides first weights, order, masks, pairs and dropout");
}

void MaskedTrainingChoice::settle(const Options& options) {
  options.refuse_if(!model_.empty(), {"--tokenizer", "--shape"}, "is of a new model; that of --model has its own");
  if (long_ones_) options.refuse_unless(training.long_length > 0, {"--long-share"}, "--long");
  if (!input_.empty()) training.corpus.inputs.emplace_back(input_);
  training.corpus.inputs.insert(training.corpus.inputs.end(), files_.begin(), files_.end());
  training.tokenizer = tokenizer_;
  if (!model_.empty()) training.model = ModelChoice{model_}.folder();
  training.course.threads = compute_.threads;
  training.course.precision = compute_.precision;
  training.course.isa = compute_.isa;
}

std::vector<GivenPath> MaskedTrainingChoice::inputs() const {
  std::vector<GivenPath> inputs;
  inputs.reserve(training.corpus.inputs.size() + 1);
  for (const std::filesystem::path& each : training.corpus.inputs) inputs.push_back({"--input", each});
  if (!tokenizer_.empty()) inputs.push_back({"--tokenizer", tokenizer_});
  return inputs;
}

void MaskedChoice::describe(Options& options) {
  training_.describe(options);
  options.group("Evaluation on what is held out, before and during training");
  options.option("--evaluate-every", "N", "Steps between evaluations; 0: after each epoch", keeping.run.evaluate_every);
  options.option("--validation-tokens", "N", "Tokens that an evaluation takes at most; 0: all",
                 training_.training.validation_tokens);
  options.option("--patience", "N", "Stop after N evaluations without a better loss; 0: never", keeping.run.patience);
  options.flag("--keep-best", "Keep the weights of the best evaluation, not the last ones", keep_best_);
  options.group("Output");
  keeping.describe(options, "The folder to write: a BERT for mana and transformers; its tokens are kept in DIR.tokens");
}

void MaskedChoice::settle(const Options& options) {
  training_.settle(options);
  job.training = training_.training;
  options.refuse_if(job.training.held_out == 0,
                    {"--evaluate-every", "--validation-tokens", "--patience", "--keep-best"},
                    "is of what is held out, but --held-out is 0");
  keeping.settle(options);
  keeping.run.keep_last = !keep_best_;
  job.kept = keeping.run;
  jobs::check(job.training);
  keeping.require_safe(training_.inputs(), {{"the tokens", jobs::tokens_path(job.kept.output)}});
}

jobs::TrainMaskedOptions MaskedChoice::in_file(const std::string& toml) {
  MaskedChoice choice;
  Options options({"train mlm", {}, {}}, {"--config", toml, "--output", "unused"});
  choice.describe(options);
  options.parse();
  choice.training_.settle(options);
  return choice.training_.training;
}

}  // namespace mana::cli
