#include "mana/cli/train/masked_options.h"

#include <fmt/format.h>

#include <utility>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {
namespace {

constexpr Range kAboveZero{.least = 1, .wanted = "a whole number above 0"};
constexpr Range kShare{.least = 0, .below = 1};
constexpr Range kInside{.above = 0, .below = 1, .wanted = "a number above 0 and below 1"};

}  // namespace

void MaskedTrainingChoice::describe(Options& options) {
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
  options.option("--long", "N", "Tokens of the sequences at the end of the run; 0: as all others",
                 training.long_length);
  options.option("--long-share", "X", "The share of the steps that take those", training.long_share, kInside);
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
  options.option("--dropout", "X", "Of what embeddings and layers give; else the model's, 0.1 of a new one",
                 training.dropout, kShare);
  options.option("--attention-dropout", "X", "Of attention's probabilities; else the model's, 0.1 of a new one",
                 training.attention_dropout, kShare);
}

void MaskedTrainingChoice::describe_steps(Options& options) {
  options.group("Steps");
  options.option("--epochs", "N", "Passes over the data", training.epochs);
  options.option("--max-steps", "N", "Steps, whatever --epochs says; 0 for as many as epochs take", training.max_steps);
  options.option("--batch-tokens", "N", "Tokens of a batch, about", training.batch_tokens, kAboveZero);
  options.option("--accumulate", "N", "Batches of a step", training.accumulate, kAboveZero);
  options.option("--rate", "X", "The highest learning rate", training.rate, {.least = 0, .above = 0});
  options.choice<train::ScheduleShape>("--schedule", "How it goes on after the warm-up",
                                       {{"linear", train::ScheduleShape::linear},
                                        {"cosine", train::ScheduleShape::cosine},
                                        {"constant", train::ScheduleShape::constant},
                                        {"inverse-sqrt", train::ScheduleShape::inverse_sqrt}},
                                       training.schedule);
  options.option("--warmup", "X", "Steps in which it rises: a share of all if below 1, else a number", training.warmup,
                 {.least = 0});
  options.option("--beta1", "X", "How much Adam keeps of the mean of gradients", training.beta1, kShare);
  options.option("--beta2", "X", "And of the mean of their squares", training.beta2, kShare);
  options.option("--epsilon", "X", "What Adam adds to the root of that", training.epsilon, {.least = 0, .above = 0});
  options.option("--weight-decay", "X", "Of matrices, in each step times the learning rate", training.weight_decay,
                 {.least = 0});
  options.option("--clip", "X", "The largest norm of a gradient; 0 for any", training.clip, {.least = 0});
  options.option("--average", "X", "Keep a moving average of the weights with this decay, 0.999 say; 0 for none",
                 training.average, kShare);
  options.option("--seed", "N", "Decides first weights, order, masks, pairs and dropout", training.seed);
}

void MaskedTrainingChoice::settle(const Options& options) {
  options.refuse_if(!model_.empty(), {"--tokenizer", "--shape"}, "is of a new model; that of --model has its own");
  options.refuse_unless(training.long_length > 0, {"--long-share"}, "--long");
  if (!input_.empty()) training.corpus.inputs.emplace_back(input_);
  training.corpus.inputs.insert(training.corpus.inputs.end(), files_.begin(), files_.end());
  training.tokenizer = tokenizer_;
  if (!model_.empty()) training.model = ModelChoice{model_}.folder();
  training.threads = compute_.threads;
  training.precision = compute_.precision;
  training.isa = compute_.isa;
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
  options.option("--evaluate-every", "N", "Steps between evaluations; 0: after each epoch", job.evaluate_every);
  options.option("--validation-tokens", "N", "Tokens that an evaluation takes at most; 0: all",
                 training_.training.validation_tokens);
  options.option("--patience", "N", "Stop after N evaluations without a better loss; 0: never", job.patience);
  options.flag("--keep-best", "Keep the weights of the best evaluation, not the last ones", keep_best_);
  options.group("Output");
  options.option("--output", "DIR",
                 "The folder to write: a BERT for mana and transformers; its tokens are kept in DIR.tokens", output_);
  options.require("--output");
  options.flag("--force", "Replace the model that the folder holds", job.force);
  resume.describe(options);
  options.flag("--extend", "Go on with another --epochs or --max-steps than the checkpoint's, at the rates of these",
               job.extend);
  options.flag("--keep-checkpoint", "Keep the checkpoint of the end, for a longer run to go on from",
               job.keep_checkpoint);
  options.option("--save-every", "N", "Steps between checkpoints; 0: by the clock only", job.save_every);
  options.option("--save-minutes", "X", "Minutes between checkpoints", job.save_minutes, {.least = 0});
  options.flag("--json", "Print a JSON object", json);
}

void MaskedChoice::settle(const Options& options) {
  training_.settle(options);
  job.training = training_.training;
  options.refuse_if(job.training.held_out == 0,
                    {"--evaluate-every", "--validation-tokens", "--patience", "--keep-best"},
                    "is of what is held out, but --held-out is 0");
  options.refuse_unless(resume.wanted(), {"--extend"}, "--resume");
  job.keep_last = !keep_best_;
  job.output = folder_name(output_);
  job.resume = resume.wanted();
  jobs::check(job.training);
  const std::filesystem::path checkpoint = train::checkpoint_path(job.output);
  require_apart(
      {{"--output", job.output}, {"the checkpoint", checkpoint}, {"the tokens", jobs::tokens_path(job.output)}},
      training_.inputs());
  resume.require(checkpoint);
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
