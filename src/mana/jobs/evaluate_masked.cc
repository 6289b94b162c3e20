#include "mana/jobs/evaluate_masked.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/processors.h"
#include "mana/base/team.h"
#include "mana/formats/safetensors.h"
#include "mana/models/masked/trainable_masked_model.h"
#include "mana/text/tokenizer.h"
#include "mana/train/masked/validation.h"

namespace mana::jobs {
namespace {

using Sequence = std::vector<text::TokenId>;

/// Sequences side by side, up to a number of tokens.
class Batches {
 public:
  explicit Batches(std::size_t tokens) : tokens_(tokens) {}

  /// `hide` replaces tokens of the sequence, and adds their places and what stood there to the batch.
  template <class Hide>
  void add(const Sequence& sequence, const Hide& hide) {
    if (batches_.empty() || batches_.back().ids.size() + sequence.size() > tokens_) {
      batches_.emplace_back().offsets = {0};
    }
    data::MaskedBatch& batch = batches_.back();
    const auto first = static_cast<std::uint32_t>(batch.ids.size());
    batch.ids.insert(batch.ids.end(), sequence.begin(), sequence.end());
    hide(std::span(batch.ids).subspan(first), first, batch);
    batch.offsets.push_back(static_cast<std::uint32_t>(batch.ids.size()));
  }

  bool empty() const { return batches_.empty(); }

  train::MaskedSource source(const std::function<void(std::size_t)>& read) const {
    return {batches_.size(), [this, read](std::uint64_t, std::size_t place) {
              read(place);
              return batches_[place];
            }};
  }

 private:
  std::size_t tokens_;
  std::vector<data::MaskedBatch> batches_;
};

bool has_words(const Sequence& sequence, const data::MaskVocabulary& vocabulary) {
  return std::ranges::any_of(sequence, [&](text::TokenId id) { return !vocabulary.is_special(id); });
}

/// Of the template, before and behind a text (MaskVocabulary). All others are the text's, unknown ones as well.
constexpr std::size_t kBefore = 1, kBehind = 1;

std::size_t text_tokens(const Sequence& sequence) {
  return sequence.size() - std::min(sequence.size(), kBefore + kBehind);
}

/// A pass for every token of a text, in which it alone is hidden.
void hide_each(const Sequence& sequence, const data::MaskVocabulary& vocabulary, Batches& batches) {
  for (std::size_t place = kBefore; place < kBefore + text_tokens(sequence); ++place) {
    batches.add(sequence, [&](std::span<text::TokenId> ids, std::uint32_t first, data::MaskedBatch& batch) {
      batch.chosen.push_back(first + static_cast<std::uint32_t>(place));
      batch.originals.push_back(std::exchange(ids[place], vocabulary.mask()));
    });
  }
}

}  // namespace

EvaluateMaskedResult evaluate_masked(const EvaluateMaskedOptions& options, const data::TextSource& texts,
                                     const StageEvent& stage, const std::stop_token& stop) {
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model);
  const data::MaskVocabulary vocabulary(tokenizer);
  const data::Masking masking(vocabulary, options.masks);
  const kernels::Isa isa = kernels::choose_isa(options.isa);
  models::TrainableMaskedModel model(options.model, false, 0, isa,
                                     options.precision.value_or(kernels::automatic_precision(isa)));
  if (!model.drawn().empty()) {
    throw FormatError(fmt::format("{} has no head that says which word is hidden; mana train mlm --model makes one",
                                  options.model.string()));
  }
  tokenizer.require_vectors(model.config().vocabulary, model.config().types, options.model.string());
  for (autograd::Parameter& parameter : model.parameters()) parameter.frozen = true;  // so that a pass keeps nothing

  EvaluateMaskedResult result;
  Batches shares(options.batch_tokens), each(options.batch_tokens);
  text::SequentialTokenizer tokens(tokenizer);
  for (std::string text; texts(text);) {
    if (stop.stop_requested()) throw Cancelled("the evaluation was cancelled");
    Sequence sequence;
    const text::TokenCount count = tokens.append(text, {.max_tokens = model.config().positions}, sequence);
    if (text_tokens(sequence) == 0) continue;
    result.cut += count.truncated() ? 1 : 0;
    result.tokens += text_tokens(sequence);
    if (has_words(sequence, vocabulary)) {
      const Random random(Random::key(options.seed, result.texts));
      shares.add(sequence, [&](std::span<text::TokenId> ids, std::uint32_t first, data::MaskedBatch& batch) {
        masking.hide(ids, first, random, batch.chosen, batch.originals);
      });
    }
    if (options.pseudo_texts == 0 || result.texts < options.pseudo_texts) hide_each(sequence, vocabulary, each);
    ++result.texts;
  }
  if (shares.empty()) throw ArgumentError("there is no text with a word in it");

  Team team(thread_count(options.threads));
  const auto measure = [&](const Batches& batches, std::string_view name) {
    const train::MaskedSource source = batches.source({});
    const auto read = [&](std::size_t place) {
      if (stage) stage({name, "batches", place, source.batches});
    };
    return train::masked_scores(model, batches.source(read), vocabulary.mask(), team, stop);
  };
  const train::MaskedScores scores = measure(shares, "hiding a share");
  result.hidden = scores.words;
  result.loss = scores.loss;
  result.accuracy = scores.accuracy;
  result.pseudo_perplexity = std::exp(measure(each, "hiding one at a time").loss);
  return result;
}

}  // namespace mana::jobs
