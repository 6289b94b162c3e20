#include "mana/cli/train/word_training_options.h"

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/segmentation_options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/word_files.h"

namespace mana::cli {

bool WordTrainingOptions::parse(Options& options) {
  std::string input;
  bool keep_case = false;
  bool subwords = false;
  word2vec::Subwords parts;
  options.arguments("FILE", "More files to train on, after --input", inputs);
  options.option(
      "--input", "FILE",
      "Text to train on, or a file of texts: JSON lines, a JSON array, a table (.tsv, .csv); - is standard input",
      input);
  options.option("--field", "NAME", "The field of a JSON object that holds its text (default: text)",
                 job.corpus.format.field);
  options.option("--column", "NAME", "The column of a table that holds the texts (default: text)",
                 job.corpus.format.column);
  describe_input_format(options, job.corpus.format.form);
  options.option("--output", "FOLDER", "Where the model goes; a file for a name in .txt, .vec or .bin", output);
  options.require("--output");
  options.flag("--force", "Replace the model that is there under that name, or a file that holds something else",
               job.force);
  options.option("--checkpoint", "SECONDS", "Time between two checkpoints, beside the output", job.checkpoint_seconds);
  resume.describe(options);
  options.flag("--json", "Print a JSON object", json);

  options.group("Text");
  options.option("--min-count", "N", "Leave out words that are there less often", job.corpus.min_count);
  options.option("--vocabulary", "N", "Keep the N most frequent words; 0: all", job.corpus.vocabulary);
  describe_split(options, job.corpus.segmentation.split);
  options.flag("--keep-case", "Tell capital letters from small ones", keep_case);
  options.flag("--persian", "Write Arabic letters and digits in one way", job.corpus.segmentation.persian);
  options.option("--phrases", "N", "Passes that join words which often stand together; 0: none",
                 job.corpus.phrase_passes);
  options.option("--phrase-threshold", "SCORE", "How much more often than by chance", job.corpus.phrase_threshold);

  options.group("Training");
  options.option("--dimensions", "N", "Numbers of a vector", job.training.dimensions);
  options.option("--window", "N", "Words on either side", job.training.window);
  options.flag("--fixed-window", "All of them always, not 1 to N by chance", job.training.whole_window);
  options.choice("--architecture", "A word predicts those around it, or they the word",
                 {std::pair{std::string("skip-gram"), word2vec::Architecture::skip_gram},
                  std::pair{std::string("cbow"), word2vec::Architecture::cbow}},
                 job.training.architecture);
  options.choice("--objective", "Words drawn as negatives, or the decisions of a tree",
                 {std::pair{std::string("negative-sampling"), word2vec::Objective::negative_sampling},
                  std::pair{std::string("hierarchical-softmax"), word2vec::Objective::hierarchical_softmax}},
                 job.training.objective);
  options.option("--negatives", "N", "Negatives of each word", job.training.negatives);
  options.option("--epochs", "N", "Times through the text", job.training.epochs);
  options.option("--sample", "SHARE", "Leave out, by chance, words of a greater share; 0: none", job.training.sample);
  options.option("--learning-rate", "RATE", "At the beginning; 0.025, or 0.05 for cbow", job.training.learning_rate);
  options.flag("--subwords", "Vectors for parts of words, too", subwords);
  options.option("--shortest-subword", "N", "Letters of a part, at least", parts.shortest);
  options.option("--longest-subword", "N", "Letters of a part, at most", parts.longest);
  options.option("--buckets", "N", "Vectors for parts of words", parts.buckets);
  options.option("--seed", "N", "What chance begins with", job.training.seed);

  options.group("Computing");
  describe_threads(options, job.training.threads);
  options.flag("--deterministic", "The same result for any number of threads", job.training.deterministic);
  describe_isa(options, job.training.isa);
  options.known_as("inputs", "--input");
  options.known_as("phrase_passes", "--phrases");
  if (!options.parse()) return false;

  options.refuse_unless(subwords, {"--shortest-subword", "--longest-subword", "--buckets"}, "--subwords");
  options.refuse_unless(job.corpus.phrase_passes > 0, {"--phrase-threshold"}, "--phrases");
  options.refuse_unless(job.training.objective == word2vec::Objective::negative_sampling, {"--negatives"},
                        "--objective negative-sampling");
  if (!input.empty()) inputs.insert(inputs.begin(), input);
  job.inputs.assign(inputs.begin(), inputs.end());
  job.output = output;
  job.resume = resume.wanted();
  job.corpus.segmentation.lowercase = !keep_case;
  if (subwords) job.training.subwords = parts;
  jobs::check(job);
  if (jobs::word_form_of(output) == jobs::WordForm::folder) folder_name(output);
  return true;
}

void WordTrainingOptions::require_writable() const {
  std::vector<GivenPath> read;
  read.reserve(job.inputs.size());
  for (const std::filesystem::path& file : job.inputs) read.push_back({"--input", file});
  require_apart({{"--output", output}, {"the checkpoint", job.checkpoint()}}, read);
  if (jobs::word_form_of(output) == jobs::WordForm::folder) {
    const AtomicFolder try_it = jobs::model_folder_output(output, job.force);
  } else {
    const bool fasttext = keeps_subwords() && job.training.subwords;
    require_own_kind(output, fasttext ? "a model of fastText" : "vectors of words",
                     fasttext ? is_fasttext : is_word_vectors, job.force);
    const AtomicFile try_it(output);
  }
}

bool WordTrainingOptions::keeps_subwords() const { return jobs::word_form_of(output) == jobs::WordForm::binary; }

}  // namespace mana::cli
