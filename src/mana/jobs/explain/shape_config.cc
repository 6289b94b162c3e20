#include "mana/jobs/explain/shape_config.h"

#include <fmt/format.h>

#include <filesystem>

#include "mana/base/errors.h"
#include "mana/jobs/translator_tokenizers.h"
#include "mana/models/masked/shapes.h"
#include "mana/text/tokenizer.h"

namespace mana::jobs {
namespace {

[[noreturn]] void refuse_unknown_vocabulary() {
  throw UnknownVocabulary("the size of the vocabulary is not known: it is that of the tokenizer, or give `vocabulary`");
}

/// What is made of tokenizers, which a shape names but does not need where the sizes are given.
template <class Make>
auto of_tokenizers(const Make& make) {
  try {
    return make();
  } catch (const Error& error) {
    throw UnknownVocabulary(
        fmt::format("the size of the vocabulary is not known: {}; or give `vocabulary`", error.what()));
  }
}

void refuse_model(const std::filesystem::path& model) {
  if (model.empty()) return;
  throw ArgumentError(
      fmt::format("the training goes on with {}, which has a shape of its own; give its config.json", model.string()));
}

}  // namespace

models::ShapeConfig shape_config(const TrainSequenceOptions& training, const VocabularySizes& sizes) {
  refuse_model(training.tokenizers.model);
  if (sizes.vocabulary) {
    return training.shape.config(*sizes.vocabulary, sizes.target_vocabulary.value_or(*sizes.vocabulary));
  }
  const TokenizerChoice& tokenizers = training.tokenizers;
  if (tokenizers.both.empty() && (tokenizers.source.empty() || tokenizers.target.empty())) {
    refuse_unknown_vocabulary();
  }
  return training.shape.config(
      of_tokenizers([&] { return TranslatorTokenizers(tokenizers, training.shape.most_tokens); }));
}

models::ShapeConfig shape_config(const TrainMaskedOptions& training, const VocabularySizes& sizes) {
  refuse_model(training.model);
  const models::PretrainingHeads heads{.masked_words = true, .next_sentence = training.next_sentence.value_or(false)};
  if (sizes.target_vocabulary) throw ArgumentError("an encoder has one vocabulary, no `target_vocabulary`");
  if (sizes.vocabulary) return models::EncoderShape{models::shape_config(training.shape, *sizes.vocabulary), heads};
  if (training.tokenizer.empty()) refuse_unknown_vocabulary();
  const std::size_t vocabulary =
      of_tokenizers([&] { return text::Tokenizer::load(training.tokenizer).vocabulary_size(); });
  return models::EncoderShape{models::shape_config(training.shape, vocabulary), heads};
}

}  // namespace mana::jobs
