#include "mana/models/denoising/trainable_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/models/fresh_weights.h"
#include "mana/models/masked/masked_files.h"
#include "mana/models/parameters.h"
#include "mana/models/sentence/adapter.h"

namespace mana::models {
namespace {

const Bert& encoder_of(const TrainableModel& model) {
  if (const auto* pooled = std::get_if<Pooled<Bert>>(&model.model().encoder)) return pooled->encoder;
  throw ArgumentError(fmt::format(
      "{} has no layers that could write a text again from its vector, as a static embedding has none; take "
      "an encoder of layers",
      model.folder().folder.string()));
}

/// Calls visit(place, part) for what the decoder has beside the word table, which nothing is laid out of.
template <class Visit>
void walk_own(TiedDecoder& decoder, const Visit& visit) {
  nn::walk(decoder, [&](const nn::Place& place, auto& part) {
    if (static_cast<const void*>(&part) != &decoder.words.decoder) visit(place, part);
  });
}

}  // namespace

TrainableDecoder::TrainableDecoder(TrainableModel& model, std::uint64_t seed)
    : encoder_(&encoder_of(model)),
      decoder_(std::make_unique<TiedDecoder>(
          TiedDecoder::make(encoder_->config, model.model().dimensions, model.kernels().layout))) {
  MaskedFiles files(model.folder().transformer, encoder_->config, open_encoder(model.folder()));
  nn::Linear& to_words = decoder_->words.decoder;
  own_ = make_parameters(*decoder_, [&](const std::string& part, const auto& weights) {
    std::vector<FileTensor> tensors = files.names(part, weights);
    const bool shared = static_cast<const void*>(&weights) == &to_words;
    std::erase_if(tensors, [&](const FileTensor& tensor) { return shared && !tensor.bias; });
    return tensors;
  });
  to_words.weights = kernels::MatrixWeights(encoder_->config.vocabulary, encoder_->config.model, {});
  nn::walk(*decoder_, FreshWeights(own_->parts, seed));
  for (std::size_t i = 0; i < own_->list.size(); ++i) {
    const Parameters::Origin& origin = own_->origins[i];
    const FileTensor tensor{.folder = origin.folder, .name = origin.tensor, .shape = origin.shape, .parameter = {}};
    if (files.has(tensor)) std::ranges::copy(files.values(tensor), own_->list[i].values.begin());
  }
  Pool pool;
  const nn::Run run{model.kernels(), pool};
  share_parts(model, run);
  walk_own(*decoder_, [this](const nn::Place&, auto& part) { parts_.add(part, own_->parts.of(part)); });
  parts_.add(to_words, {.weights = {parts_.of(encoder_->embed.word).table}, .biases = own_->parts.of(to_words).biases});
  refresh(run);
}

void TrainableDecoder::share_parts(const TrainableModel& model, const nn::Run& run) {
  autograd::Tape tape(run);
  nn::Masks masks;
  const nn::TrainedParts& of_model = model.training(tape, masks).parts;
  nn::walk(model.model(), [&](const nn::Place&, const auto& part) { parts_.add(part, of_model.of(part)); });
}

std::span<autograd::Parameter> TrainableDecoder::parameters() { return own_->list; }

void TrainableDecoder::refresh(const nn::Run& run) {
  const auto timer = run.timer("packing of weights");
  walk_own(*decoder_, Refresh(own_->parts, run));
}

}  // namespace mana::models
