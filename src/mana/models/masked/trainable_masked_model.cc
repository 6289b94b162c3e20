#include "mana/models/masked/trainable_masked_model.h"

#include <utility>

#include "mana/autograd/operations/selection.h"
#include "mana/base/file.h"
#include "mana/kernels/required_precision.h"
#include "mana/models/fresh_weights.h"
#include "mana/models/masked/masked_files.h"
#include "mana/models/parameters.h"
#include "mana/models/weight_reader.h"

namespace mana::models {
namespace {

const kernels::Table& training_table(kernels::Isa isa, kernels::Precision precision) {
  kernels::require_trainable(precision, isa);
  return kernels::table(isa, precision);
}

std::shared_ptr<Parameters> parameters_of(MaskedModel& model, const MaskedFiles& files) {
  return make_parameters(model,
                         [&](const std::string& part, const auto& weights) { return files.names(part, weights); });
}

bool has_next_sentence(const std::filesystem::path& folder, const MaskedModelConfig& config) {
  const MaskedModel model = MaskedModel::make(config, true, {});
  return MaskedFiles(folder, config).has("next.classes", model.next->classes);
}

}  // namespace

TrainableMaskedModel::TrainableMaskedModel(const MaskedModelConfig& config, bool next_sentence, kernels::Isa isa,
                                           kernels::Precision precision)
    : kernels_(&training_table(isa, precision)),
      model_(std::make_unique<MaskedModel>(MaskedModel::make(config, next_sentence, kernels_->layout))) {}

TrainableMaskedModel::TrainableMaskedModel(const MaskedModelConfig& config, bool next_sentence, std::uint64_t seed,
                                           kernels::Isa isa, kernels::Precision precision)
    : TrainableMaskedModel(config, next_sentence, isa, precision) {
  parameters_ = parameters_of(*model_, MaskedFiles(config));
  nn::walk(*model_, FreshWeights(parameters_->parts, seed));
  finish();
}

TrainableMaskedModel::TrainableMaskedModel(const std::filesystem::path& folder, std::optional<bool> next_sentence,
                                           std::uint64_t seed, kernels::Isa isa, kernels::Precision precision)
    : TrainableMaskedModel(read_masked_model_config(folder),
                           next_sentence ? *next_sentence : has_next_sentence(folder, read_masked_model_config(folder)),
                           isa, precision) {
  MaskedFiles files(folder, config());
  const auto is_stored = [&](const nn::Place& place, const auto& part) {
    return place.name.starts_with("encoder.") || files.has(place.name, part);
  };
  nn::walk(*model_, [&](const nn::Place& place, const auto& part) {  // their shapes, before memory is asked for
    if (is_stored(place, part)) files.tensors(place.name, part);
  });
  parameters_ = parameters_of(*model_, files);
  const FreshWeights fresh(parameters_->parts, seed);
  ParameterReader stored(parameters_->parts, files);
  nn::walk(*model_, [&](const nn::Place& place, const auto& part) {
    if (is_stored(place, part)) return stored(place, part);
    fresh(place, part);
    for (const FileTensor& tensor : files.names(place.name, part)) {
      if (!files.has(tensor)) drawn_.push_back(tensor.parameter);
    }
  });
  finish();
}

void TrainableMaskedModel::finish() {
  nn::walk(*model_, TableViews(parameters_));
  Pool pool;
  refresh({*kernels_, pool});
}

std::span<autograd::Parameter> TrainableMaskedModel::parameters() { return parameters_->list; }

nn::Masks TrainableMaskedModel::masks(std::uint64_t seed, std::uint64_t step) const {
  return {.hidden = config().hidden_dropout, .attention = config().attention_dropout, .seed = seed, .step = step};
}

nn::Training TrainableMaskedModel::training(autograd::Tape& tape, nn::Masks& masks) const {
  return {tape, parameters_->parts, masks};
}

autograd::Variable TrainableMaskedModel::states(const nn::Training& training, const nn::TokenBatch& batch) const {
  return model_->encoder(training, batch);
}

autograd::Variable TrainableMaskedModel::word_losses(const nn::Training& training, autograd::Variable states,
                                                     std::vector<std::uint32_t> places,
                                                     std::vector<std::uint32_t> words) const {
  return model_->words.losses(training, autograd::gather_rows(states, std::move(places)), std::move(words));
}

autograd::Variable TrainableMaskedModel::next_logits(const nn::Training& training, autograd::Variable states,
                                                     nn::Sequences texts) const {
  const std::vector<std::uint32_t> first(texts.offsets.begin(), texts.offsets.end() - 1);
  return (*model_->next)(training, autograd::gather_rows(states, first));
}

void TrainableMaskedModel::refresh(const nn::Run& run) {
  const auto timer = run.timer("packing of weights");
  Refresh refresh(parameters_->parts, run);
  const nn::Linear* const decoder = &model_->words.decoder;
  nn::walk(*model_, [&](const nn::Place& place, auto& part) {
    if (static_cast<const void*>(&part) != decoder) refresh(place, part);
  });
}

void TrainableMaskedModel::refresh_decoder(const nn::Run& run) {
  Refresh(parameters_->parts, run)({}, model_->words.decoder);
}

void TrainableMaskedModel::save_into(const std::filesystem::path& folder) const {
  std::vector<formats::TensorToWrite> tensors;
  tensors.reserve(parameters_->list.size());
  for (std::size_t i = 0; i < parameters_->list.size(); ++i) {
    const std::span<const float> values = parameters_->list[i].values;
    tensors.push_back({parameters_->list[i].name, DType::f32, parameters_->origins[i].shape, std::as_bytes(values)});
  }
  formats::write_safetensors(folder / "model.safetensors", tensors);
  AtomicFile config_file(folder / "config.json");
  config_file.write(config().json(next_sentence() ? "BertForPreTraining" : "BertForMaskedLM"));
  config_file.commit();
}

}  // namespace mana::models
