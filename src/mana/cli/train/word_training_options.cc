#include "mana/cli/train/word_training_options.h"

#include "mana/base/errors.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/segmentation_options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/trained_words.h"

namespace mana::cli {
bool WordTrainingOptions::parse(Options& options) {
  std::string input;
  bool keep_case = false;
  bool subwords = false;
  train::Subwords parts;
  options.arguments("FILE", "More files to train on, after --input", inputs);
  options.option(
      "--input", "FILE",
      "Text to train on, or a file of texts: JSON lines, a JSON array, a table (.tsv, .csv); - is standard input",
      input);
  options.option("--field", "NAME", "The field of a JSON object that holds its text (default: text)",
                 corpus.format.field);
  options.option("--column", "NAME", "The column of a table that holds the texts (default: text)",
                 corpus.format.column);
  describe_input_format(options, corpus.format.form);
  options.option("--output", "FOLDER", "Where the model goes; a file for a name in .txt, .vec or .bin", output);
  options.require("--output");
  options.flag("--force", "Replace the model that is there under that name, or a file that holds something else",
               force);
  options.option("--checkpoint", "SECONDS", "Time between two checkpoints, beside the output", checkpoint_seconds);
  resume.describe(options);
  options.flag("--json", "Print a JSON object", json);

  options.group("Text");
  options.option("--min-count", "N", "Leave out words that are there less often", corpus.min_count);
  options.option("--vocabulary", "N", "Keep the N most frequent words; 0: all", corpus.vocabulary);
  describe_split(options, corpus.segmentation.split);
  options.flag("--keep-case", "Tell capital letters from small ones", keep_case);
  options.flag("--persian", "Write Arabic letters and digits in one way", corpus.segmentation.persian);
  options.option("--phrases", "N", "Passes that join words which often stand together; 0: none", corpus.phrase_passes);
  options.option("--phrase-threshold", "SCORE", "How much more often than by chance", corpus.phrase_threshold);

  options.group("Training");
  options.option("--dimensions", "N", "Numbers of a vector", training.dimensions);
  options.option("--window", "N", "Words on either side", training.window);
  options.flag("--fixed-window", "All of them always, not 1 to N by chance", training.whole_window);
  options.choice("--architecture", "A word predicts those around it, or they the word",
                 {std::pair{std::string("skip-gram"), train::Architecture::skip_gram},
                  std::pair{std::string("cbow"), train::Architecture::cbow}},
                 training.architecture);
  options.choice("--objective", "Words drawn as negatives, or the decisions of a tree",
                 {std::pair{std::string("negative-sampling"), train::Objective::negative_sampling},
                  std::pair{std::string("hierarchical-softmax"), train::Objective::hierarchical_softmax}},
                 training.objective);
  options.option("--negatives", "N", "Negatives of each word", training.negatives);
  options.option("--epochs", "N", "Times through the text", training.epochs);
  options.option("--sample", "SHARE", "Leave out, by chance, words of a greater share; 0: none", training.sample);
  options.option("--learning-rate", "RATE", "At the beginning; 0.025, or 0.05 for cbow", training.learning_rate);
  options.flag("--subwords", "Vectors for parts of words, too", subwords);
  options.option("--shortest-subword", "N", "Letters of a part, at least", parts.shortest);
  options.option("--longest-subword", "N", "Letters of a part, at most", parts.longest);
  options.option("--buckets", "N", "Vectors for parts of words", parts.buckets);
  options.option("--seed", "N", "What chance begins with", training.seed);

  options.group("Computing");
  describe_threads(options, training.threads);
  options.flag("--deterministic", "The same result for any number of threads", training.deterministic);
  describe_isa(options, training.isa);
  if (!options.parse()) return false;

  options.refuse_unless(subwords, {"--shortest-subword", "--longest-subword", "--buckets"}, "--subwords");
  options.refuse_unless(corpus.phrase_passes > 0, {"--phrase-threshold"}, "--phrases");
  options.refuse_unless(training.objective == train::Objective::negative_sampling, {"--negatives"},
                        "--objective negative-sampling");
  if (!input.empty()) inputs.insert(inputs.begin(), input);
  if (inputs.empty()) throw UsageError("--input is missing: the text to train on, - for standard input");
  corpus.segmentation.lowercase = !keep_case;
  check_segmentation(corpus.segmentation);
  using Split = text::WordSegmentation::Split;
  if (corpus.segmentation.split == Split::spaces && corpus.phrase_passes > 0 && is_folder(output)) {
    throw UsageError(
        "--phrases with --split spaces cannot be met again in texts by a folder; write a file (.vec, .bin), or leave "
        "one "
        "of the two out");
  }
  if (subwords) training.subwords = parts;
  try {
    train::check(training);
  } catch (const ArgumentError& error) {
    throw UsageError(error.what());
  }
  return true;
}

std::vector<std::filesystem::path> WordTrainingOptions::input_files() const { return {inputs.begin(), inputs.end()}; }

}  // namespace mana::cli
