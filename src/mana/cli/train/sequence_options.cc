#include "mana/cli/train/sequence_options.h"

#include <utility>

#include "mana/cli/shell/model_options.h"
#include "mana/jobs/validation_bleu.h"

namespace mana::cli {
namespace {

using jobs::SequenceShape;
using std::pair;
using std::string;

constexpr Range kAboveZero{.least = 1, .wanted = "a whole number above 0"};
constexpr Range kShare{.least = 0, .below = 1};

}  // namespace

void SequenceTrainingChoice::describe(Options& options) {
  describe_data(options);
  describe_shape(options);
  describe_steps(options);
  options.group("Computing");
  compute_.describe(options);
}

void SequenceTrainingChoice::describe_data(Options& options) {
  data::ParallelFiles& files = training.data;
  options.option("--input", "FILE", "Pairs to learn from: a table with a header (.tsv, .csv), or JSON", names_.input);
  options.option("--source-column", "NAME", "The column or field of the text that is given", files.source_column);
  options.option("--target-column", "NAME", "That of the text to be written for it", files.target_column);
  options.option("--source", "FILE", "In place of --input: texts that are given, one a line", names_.source);
  options.option("--target", "FILE", "Those to be written, line for line", names_.target);
  options.option(
      "--max-length", "N",
      "Leave pairs out of which a side has more tokens, which is noted; else those the model has no room for",
      training.max_length, kAboveZero);
  options.group("Tokenizers");
  options.option("--tokenizer", "DIR", "One for both sides, as mana train tokenizer writes it", names_.tokenizer);
  options.option("--source-tokenizer", "DIR", "One of SentencePiece for the texts that are given",
                 names_.source_tokenizer);
  options.option("--target-tokenizer", "DIR", "One of SentencePiece for those to be written", names_.target_tokenizer);
}

void SequenceTrainingChoice::describe_shape(Options& options) {
  SequenceShape& shape = training.shape;
  options.group("Model");
  options.option("--model", "NAME",
                 "Go on with the weights and tokenizers of this one; else a new one of this shape:", names_.model);
  options.option("--width", "N", "Numbers of a token's vector", shape.width, {.least = 4, .most = 1 << 16});
  options.option("--inner", "N", "Width of the feed-forward layers", shape.inner, {.least = 1, .most = 1 << 16});
  options.option("--heads", "N", "Heads of attention", shape.heads, {.least = 1, .most = 1 << 16});
  options.option("--encoder-layers", "N", "Layers that read", shape.encoder_layers, {.least = 1, .most = 1000});
  options.option("--decoder-layers", "N", "Layers that write", shape.decoder_layers, {.least = 1, .most = 1000});
  options.choice<kernels::Activation>(
      "--activation", "Of the feed-forward layers",
      {{"relu", kernels::Activation::relu}, {"gelu", kernels::Activation::gelu}, {"silu", kernels::Activation::silu}},
      shape.activation);
  options.choice<nn::NormPlace>("--norm", "Behind each residual connection, or before each of its branches",
                                {{"post", nn::NormPlace::behind}, {"pre", nn::NormPlace::before}}, shape.norm);
  options.choice<SequenceShape::Positions>("--positions", "How tokens know where they stand",
                                           {{"sinusoidal", SequenceShape::Positions::sinusoidal},
                                            {"trainable", SequenceShape::Positions::trainable},
                                            {"none", SequenceShape::Positions::none}},
                                           shape.positions);
  options.choice<SequenceShape::Tie>(
      "--tie",
      "One table of vectors for source, target and logits; for target and logits; or "
      "three",
      {{"all", SequenceShape::Tie::all}, {"target", SequenceShape::Tie::target}, {"none", SequenceShape::Tie::none}},
      shape.tie);
  options.option("--most-tokens", "N", "The longest text that it can read or write", shape.most_tokens,
                 {.least = 2, .most = 1 << 20});
}

void SequenceTrainingChoice::describe_steps(Options& options) {
  options.group("Steps");
  options.option("--epochs", "N", "Passes over the data", training.epochs);
  options.option("--max-steps", "N", "Steps, whatever --epochs says; 0 for as many as epochs take", training.max_steps);
  options.option("--batch-tokens", "N", "Tokens of a batch, of both sides, about", training.batch_tokens, kAboveZero);
  options.option("--accumulate", "N", "Batches of a step", training.accumulate, kAboveZero);
  options.option("--rate", "X", "The highest learning rate", training.rate, {.least = 0, .above = 0});
  options.choice<train::ScheduleShape>("--schedule", "How it goes on after the warm-up",
                                       {{"inverse-sqrt", train::ScheduleShape::inverse_sqrt},
                                        {"constant", train::ScheduleShape::constant},
                                        {"linear", train::ScheduleShape::linear},
                                        {"cosine", train::ScheduleShape::cosine}},
                                       training.schedule);
  options.option("--warmup", "X", "Steps in which it rises: a share of all if below 1, else a number", training.warmup,
                 {.least = 0});
  options.option("--smoothing", "X", "The share of each label that all tokens have alike", training.smoothing, kShare);
  options.option("--dropout", "X", "Of what embeddings and layers give; else the model's, 0.1 of a new one",
                 training.dropout, kShare);
  options.option("--attention-dropout", "X", "Of attention's probabilities; else the model's, 0 of a new one",
                 training.attention_dropout, kShare);
  options.option("--beta1", "X", "How much Adam keeps of the mean of gradients", training.beta1, kShare);
  options.option("--beta2", "X", "And of the mean of their squares", training.beta2, kShare);
  options.option("--epsilon", "X", "What Adam adds to the root of that", training.epsilon, {.least = 0, .above = 0});
  options.option("--weight-decay", "X", "Of matrices, in each step times the learning rate", training.weight_decay,
                 {.least = 0});
  options.option("--clip", "X", "The largest norm of a gradient; 0 for any", training.clip, {.least = 0});
  options.option("--average", "X", "Keep a moving average of the weights with this decay, 0.999 say; 0 for none",
                 training.average, kShare);
  options.option("--seed", "N", "Decides first weights, the order of pairs and the dropout", training.seed);
}

void SequenceTrainingChoice::settle(const Options& options) {
  options.refuse_if(!names_.model.empty(),
                    {"--width", "--inner", "--heads", "--encoder-layers", "--decoder-layers", "--activation", "--norm",
                     "--positions", "--tie", "--most-tokens"},
                    "is of a new model; that of --model has its own");
  options.refuse_if(!names_.model.empty(), {"--tokenizer", "--source-tokenizer", "--target-tokenizer"},
                    "is of a new model; that of --model has its own");
  options.refuse_if(!names_.input.empty(), {"--source", "--target"}, "and --input exclude each other");
  options.refuse_unless(!names_.source.empty(), {"--target"}, "--source");
  options.refuse_unless(!names_.target.empty(), {"--source"}, "--target");
  training.data.rows = names_.input;
  training.data.source = names_.source;
  training.data.target = names_.target;
  training.tokenizers = {.model = names_.model,
                         .both = names_.tokenizer,
                         .source = names_.source_tokenizer,
                         .target = names_.target_tokenizer};
  training.threads = compute_.threads;
  training.precision = compute_.precision;
  training.isa = compute_.isa;
}

std::vector<GivenPath> SequenceTrainingChoice::inputs() const {
  std::vector<GivenPath> inputs;
  for (const auto& [option, name] :
       {pair{"--input", names_.input}, pair{"--source", names_.source}, pair{"--target", names_.target},
        pair{"--tokenizer", names_.tokenizer}, pair{"--source-tokenizer", names_.source_tokenizer},
        pair{"--target-tokenizer", names_.target_tokenizer}}) {
    if (!name.empty()) inputs.push_back({option, name});
  }
  return inputs;
}

void SequenceChoice::describe(Options& options) {
  training_.describe(options);
  describe_evaluation(options);
  describe_output(options);
}

void SequenceChoice::describe_evaluation(Options& options) {
  options.group("Evaluation, before and during training: the best weights are kept");
  options.option("--validation", "FILE", "Pairs that are not learned, with the columns of --input", names_.validation);
  options.option("--validation-source", "FILE", "Or the same as lines", names_.validation_source);
  options.option("--validation-target", "FILE", "Line for line", names_.validation_target);
  options.option("--evaluate-every", "N", "Steps between evaluations; 0: after each epoch", job.evaluate_every);
  options.option("--bleu-every", "N",
                 "At the first evaluation after each N steps, translate the validation greedily, too; 0: never",
                 bleu_every);
  options.option("--average-last", "N",
                 "Keep the mean of the weights of the last N evaluations, not the best; 0: the best", job.average_last);
  options.option("--patience", "N", "Stop after N evaluations without a better one; 0: never", job.patience);
  options.flag("--keep-last", "Keep the last weights, not the best", job.keep_last);
}

void SequenceChoice::describe_output(Options& options) {
  options.group("Output");
  options.option("--output", "DIR", "The folder to write: a translator for mana and transformers", names_.output);
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

void SequenceChoice::settle(const Options& options) {
  training_.settle(options);
  const bool validates = !names_.validation.empty() || !names_.validation_source.empty();
  options.refuse_unless(validates, {"--evaluate-every", "--average-last", "--patience", "--keep-last", "--bleu-every"},
                        "--validation");
  options.refuse_if(job.average_last > 0, {"--keep-last"}, "and --average-last exclude each other");
  options.refuse_unless(resume.wanted(), {"--extend"}, "--resume");
  options.refuse_unless(training_.has_rows() || !names_.validation.empty(), {"--source-column", "--target-column"},
                        "--input");
  jobs::TrainSequenceOptions& training = job.training = training_.training;
  if (validates || !names_.validation_target.empty()) {
    training.validation = training.data;
    training.validation->rows = names_.validation;
    training.validation->source = names_.validation_source;
    training.validation->target = names_.validation_target;
  }
  if (validates && bleu_every > 0) job.measure = jobs::validation_bleu(*training.validation, bleu_every);
  job.output = folder_name(names_.output);
  job.resume = resume.wanted();
  jobs::check(training);
  require_safe();
}

jobs::TrainSequenceOptions SequenceChoice::in_file(const std::string& toml) {
  SequenceChoice choice;
  Options options({"train seq2seq", {}, {}}, {"--config", toml, "--output", "unused"});
  choice.describe(options);
  options.parse();
  choice.training_.settle(options);
  return choice.training_.training;
}

/// Refuses what would be lost before anything is computed.
void SequenceChoice::require_safe() const {
  std::vector<GivenPath> inputs = training_.inputs();
  for (const auto& [option, name] :
       {pair{"--validation", names_.validation}, pair{"--validation-source", names_.validation_source},
        pair{"--validation-target", names_.validation_target}}) {
    if (!name.empty()) inputs.push_back({option, name});
  }
  const std::filesystem::path checkpoint = train::checkpoint_path(job.output);
  require_apart({{"--output", job.output}, {"the checkpoint", checkpoint}}, inputs);
  resume.require(checkpoint);
}

}  // namespace mana::cli
