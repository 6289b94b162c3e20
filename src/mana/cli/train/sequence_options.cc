#include "mana/cli/train/sequence_options.h"

#include <utility>

#include "mana/cli/shell/model_options.h"
#include "mana/jobs/validation_bleu.h"

namespace mana::cli {
namespace {

using jobs::SequenceShape;
using std::pair;
using std::string;

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
  options.option("--neighbours", "N", "The encoder's tokens see so many on either side; else all", shape.neighbours,
                 {.least = 1, .most = 1 << 20});
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
  describe_rates(options, training.course, "Tokens of a batch, of both sides, about",
                 {{"inverse-sqrt", train::ScheduleShape::inverse_sqrt},
                  {"constant", train::ScheduleShape::constant},
                  {"linear", train::ScheduleShape::linear},
                  {"cosine", train::ScheduleShape::cosine}});
  options.option("--smoothing", "X", "The share of each label that all tokens have alike", training.smoothing, kShare);
  describe_dropout(options, training.course, "Of attention's probabilities; else the model's, 0 of a new one");
  describe_updates(options, training.course, "Decides first weights, the order of pairs and the dropout");
}

void SequenceTrainingChoice::settle(const Options& options) {
  options.refuse_if(!names_.model.empty(),
                    {"--width", "--inner", "--heads", "--encoder-layers", "--decoder-layers", "--activation", "--norm",
                     "--positions", "--neighbours", "--tie", "--most-tokens"},
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
  training.course.threads = compute_.threads;
  training.course.precision = compute_.precision;
  training.course.isa = compute_.isa;
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
  options.group("Output");
  keeping.describe(options, "The folder to write: a translator for mana and transformers");
}

void SequenceChoice::describe_evaluation(Options& options) {
  options.group("Evaluation, before and during training: the best weights are kept");
  options.option("--validation", "FILE", "Pairs that are not learned, with the columns of --input", names_.validation);
  options.option("--validation-source", "FILE", "Or the same as lines", names_.validation_source);
  options.option("--validation-target", "FILE", "Line for line", names_.validation_target);
  options.option("--evaluate-every", "N", "Steps between evaluations; 0: after each epoch", keeping.run.evaluate_every);
  options.option("--bleu-every", "N",
                 "At the first evaluation after each N steps, translate the validation greedily, too; 0: never",
                 bleu_every);
  options.option("--average-last", "N",
                 "Keep the mean of the weights of the last N evaluations, not the best; 0: the best", job.average_last);
  options.option("--patience", "N", "Stop after N evaluations without a better one; 0: never", keeping.run.patience);
  options.flag("--keep-last", "Keep the last weights, not the best", keeping.run.keep_last);
}

void SequenceChoice::settle(const Options& options) {
  training_.settle(options);
  const bool validates = !names_.validation.empty() || !names_.validation_source.empty();
  options.refuse_unless(validates, {"--evaluate-every", "--average-last", "--patience", "--keep-last", "--bleu-every"},
                        "--validation");
  options.refuse_if(job.average_last > 0, {"--keep-last"}, "and --average-last exclude each other");
  keeping.settle(options);
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
  job.kept = keeping.run;
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
  keeping.require_safe(inputs);
}

}  // namespace mana::cli
