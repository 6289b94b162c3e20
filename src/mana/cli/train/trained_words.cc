#include "mana/cli/train/trained_words.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/cli/shell/model_output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/replaceable_file.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word2vec.h"
#include "mana/models/words/word_embedding_folder.h"

namespace mana::cli {
namespace {

enum class Form { folder, text, binary };

Form form_of(const std::filesystem::path& output) {
  const std::string extension = ending_of(output);
  if (extension == ".txt" || extension == ".vec") return Form::text;
  if (extension == ".bin") return Form::binary;
  folder_name(output.string());
  return Form::folder;
}

AtomicFolder::Existing existing(const WordTrainingOptions& options) {
  return options.force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse;
}

/// Words and values of the matrix where they lie.
formats::WordVectors view_of(const train::WordList& vocabulary, std::size_t dimensions, std::size_t stride,
                             const float* values) {
  formats::WordVectors vectors;
  vectors.words.assign(vocabulary.words.begin(), vocabulary.words.end());
  vectors.counts = vocabulary.counts;
  vectors.dimensions = dimensions;
  vectors.bytes = std::as_bytes(std::span(values, vocabulary.size() * stride));
  for (std::size_t word = 0; word < vocabulary.size() && stride != dimensions; ++word)
    vectors.begins.push_back(word * stride * sizeof(float));
  return vectors;
}

std::vector<float> without_padding(const train::Matrix& matrix) {
  std::vector<float> values;
  values.reserve(matrix.rows() * matrix.dimensions());
  for (std::size_t row = 0; row < matrix.rows(); ++row)
    values.insert(values.end(), matrix.row(row), matrix.row(row) + matrix.dimensions());
  return values;
}

formats::VectorTraining told(const WordTrainingOptions& options, const train::Corpus& corpus) {
  const train::WordTraining& training = options.training;
  formats::VectorTraining told;
  told.window = static_cast<std::int32_t>(training.window);
  told.epochs = static_cast<std::int32_t>(training.epochs);
  told.minimum_count = static_cast<std::int32_t>(std::min<std::uint64_t>(options.corpus.min_count, 1U << 30U));
  told.negatives = static_cast<std::int32_t>(training.negatives);
  if (training.objective == train::Objective::hierarchical_softmax)
    told.loss = formats::VectorTraining::Loss::hierarchical_softmax;
  if (training.architecture == train::Architecture::cbow) told.model = formats::VectorTraining::Model::cbow;
  told.sample = training.sample;
  told.tokens = corpus.words();
  return told;
}

/// fastText's own file keeps the parts of words, so that it has vectors for words that were never seen.
void write_with_subwords(const WordTrainingOptions& options, const train::Corpus& corpus,
                         const train::WordTrainer& trainer) {
  const train::WordTraining& training = trainer.training();
  const std::vector<float> inputs = without_padding(trainer.matrices().inputs);
  const std::vector<float> outputs = without_padding(trainer.matrices().outputs);
  formats::WordVectors vectors = view_of(corpus.vocabulary(), training.dimensions, training.dimensions, inputs.data());
  const train::Subwords& parts = *training.subwords;
  vectors.subwords = {parts.shortest, parts.longest, parts.buckets,
                      std::as_bytes(std::span(inputs).subspan(corpus.vocabulary().size() * training.dimensions))};
  vectors.training = told(options, corpus);
  if (training.objective == train::Objective::negative_sampling)
    vectors.training->output = std::as_bytes(std::span(outputs));
  formats::write_fasttext(options.output, vectors);
}

}  // namespace

bool is_folder(const std::string& output) { return form_of(output) == Form::folder; }

void require_writable(const WordTrainingOptions& options) {
  std::vector<GivenPath> inputs;
  for (const std::filesystem::path& file : options.input_files()) inputs.push_back({"--input", file});
  require_apart({{"--output", options.output}, {"the checkpoint", options.checkpoint()}}, inputs);
  if (form_of(options.output) == Form::folder) {
    const AtomicFolder try_it = model_folder_output(options.output, options.force);
  } else {
    const bool fasttext = form_of(options.output) == Form::binary && options.training.subwords;
    require_own_kind(options.output, fasttext ? "a model of fastText" : "vectors of words",
                     fasttext ? begins_as_fasttext : begins_as_word_vectors, options.force);
    const AtomicFile try_it(options.output);
  }
}

bool keeps_subwords(const std::string& output) { return form_of(output) == Form::binary; }

void write_trained_words(const WordTrainingOptions& options, const train::Corpus& corpus,
                         const train::WordTrainer& trainer) {
  const Form form = form_of(options.output);
  if (form == Form::binary && options.training.subwords) return write_with_subwords(options, corpus, trainer);
  const bool composed = options.training.subwords.has_value();
  const train::Matrix& inputs = trainer.matrices().inputs;
  const Buffer<float> means = composed ? trainer.vectors() : Buffer<float>();
  formats::WordVectors vectors =
      view_of(corpus.vocabulary(), inputs.dimensions(), composed ? inputs.dimensions() : inputs.width(),
              composed ? means.data() : inputs.row(0));
  vectors.training = told(options, corpus);
  switch (form) {
    case Form::text: return formats::write_word2vec_text(options.output, vectors);
    case Form::binary: return formats::write_word2vec_binary(options.output, vectors);
    case Form::folder: break;
  }
  models::write_word_embedding_folder(options.output, vectors, options.corpus.segmentation, std::nullopt,
                                      existing(options));
}

}  // namespace mana::cli
