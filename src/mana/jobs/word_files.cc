#include "mana/jobs/word_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word2vec.h"
#include "mana/jobs/file_ending.h"
#include "mana/models/words/word_embedding_folder.h"

namespace mana::jobs {
namespace {

AtomicFolder::Existing existing(const TrainWordsOptions& options) {
  return options.force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse;
}

/// Words and values of the matrix where they lie.
formats::WordVectors view_of(const word2vec::WordList& vocabulary, std::size_t dimensions, std::size_t stride,
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

std::vector<float> without_padding(const word2vec::Matrix& matrix) {
  std::vector<float> values;
  values.reserve(matrix.rows() * matrix.dimensions());
  for (std::size_t row = 0; row < matrix.rows(); ++row)
    values.insert(values.end(), matrix.row(row), matrix.row(row) + matrix.dimensions());
  return values;
}

formats::VectorTraining told(const TrainWordsOptions& options, const word2vec::Corpus& corpus) {
  const word2vec::WordTraining& training = options.training;
  formats::VectorTraining told;
  told.window = static_cast<std::int32_t>(training.window);
  told.epochs = static_cast<std::int32_t>(training.epochs);
  told.minimum_count = static_cast<std::int32_t>(std::min<std::uint64_t>(options.corpus.min_count, 1U << 30U));
  told.negatives = static_cast<std::int32_t>(training.negatives);
  if (training.objective == word2vec::Objective::hierarchical_softmax)
    told.loss = formats::VectorTraining::Loss::hierarchical_softmax;
  if (training.architecture == word2vec::Architecture::cbow) told.model = formats::VectorTraining::Model::cbow;
  told.sample = training.sample;
  told.tokens = corpus.words();
  return told;
}

/// fastText's own file keeps the parts of words, so that it has vectors for words that were never seen.
void write_with_subwords(const TrainWordsOptions& options, const word2vec::Corpus& corpus,
                         const word2vec::WordTrainer& trainer) {
  const word2vec::WordTraining& training = trainer.training();
  const std::vector<float> inputs = without_padding(trainer.matrices().inputs);
  const std::vector<float> outputs = without_padding(trainer.matrices().outputs);
  formats::WordVectors vectors = view_of(corpus.vocabulary(), training.dimensions, training.dimensions, inputs.data());
  const word2vec::Subwords& parts = *training.subwords;
  vectors.subwords = {parts.shortest, parts.longest, parts.buckets,
                      std::as_bytes(std::span(inputs).subspan(corpus.vocabulary().size() * training.dimensions))};
  vectors.training = told(options, corpus);
  if (training.objective == word2vec::Objective::negative_sampling)
    vectors.training->output = std::as_bytes(std::span(outputs));
  formats::write_fasttext(options.output, vectors);
}

}  // namespace

WordForm word_form_of(const std::filesystem::path& output) {
  const std::string ending = ending_of(output);
  if (ending == ".txt" || ending == ".vec") return WordForm::text;
  if (ending == ".bin") return WordForm::binary;
  return WordForm::folder;
}

void write_trained_words(const TrainWordsOptions& options, const word2vec::Corpus& corpus,
                         const word2vec::WordTrainer& trainer) {
  const WordForm form = word_form_of(options.output);
  if (form == WordForm::binary && options.training.subwords) return write_with_subwords(options, corpus, trainer);
  const bool composed = options.training.subwords.has_value();
  const word2vec::Matrix& inputs = trainer.matrices().inputs;
  const Buffer<float> means = composed ? trainer.vectors() : Buffer<float>();
  formats::WordVectors vectors =
      view_of(corpus.vocabulary(), inputs.dimensions(), composed ? inputs.dimensions() : inputs.width(),
              composed ? means.data() : inputs.row(0));
  vectors.training = told(options, corpus);
  switch (form) {
    case WordForm::text: return formats::write_word2vec_text(options.output, vectors);
    case WordForm::binary: return formats::write_word2vec_binary(options.output, vectors);
    case WordForm::folder: break;
  }
  models::write_word_embedding_folder(options.output, vectors, options.corpus.segmentation, std::nullopt,
                                      existing(options));
}

}  // namespace mana::jobs
