#include "mana/models/transformer/trainable_transformer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "mana/autograd/operations/linear_cross_entropy.h"
#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/kernels/required_precision.h"
#include "mana/models/fresh_weights.h"
#include "mana/models/parameters.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/models/weight_reader.h"

namespace mana::models {
namespace {

const kernels::Table& training_table(kernels::Isa isa, kernels::Precision precision) {
  kernels::require_trainable(precision, isa);
  return kernels::table(isa, precision);
}

std::shared_ptr<Parameters> parameters_of(Transformer& model, TransformerFiles& files) {
  return make_parameters(model,
                         [&](const std::string& part, const auto& weights) { return files.tensors(part, weights); });
}

}  // namespace

TrainableTransformer::TrainableTransformer(const TransformerConfig& config, kernels::Isa isa,
                                           kernels::Precision precision)
    : kernels_(&training_table(isa, precision)),
      model_(std::make_unique<Transformer>(Transformer::make(config, kernels_->layout))) {}

TrainableTransformer::TrainableTransformer(const TransformerConfig& config, std::uint64_t seed, kernels::Isa isa,
                                           kernels::Precision precision)
    : TrainableTransformer(config, isa, precision) {
  TransformerFiles files(config);
  parameters_ = parameters_of(*model_, files);
  const float table_deviation = 1 / std::sqrt(static_cast<float>(config.model));
  nn::walk(*model_, FreshWeights(parameters_->parts, seed, FreshWeights::Glorot{table_deviation}));
  for (const SequenceEmbedding* side : {&model_->source, &model_->target}) {
    std::ranges::fill(parameters_->parts.of(side->word).table->row(config.pad), 0.0f);
  }
  finish();
}

TrainableTransformer::TrainableTransformer(const std::filesystem::path& folder, kernels::Isa isa,
                                           kernels::Precision precision)
    : TrainableTransformer(TransformerConfig::read(folder), isa, precision) {
  TransformerFiles files(folder, config());
  parameters_ = parameters_of(*model_, files);
  nn::walk(*model_, ParameterReader(parameters_->parts, files));
  finish();
}

void TrainableTransformer::finish() {
  nn::walk(*model_, TableViews(parameters_));
  for (autograd::Parameter* bias : parameters_->parts.of(model_->output).biases) bias->frozen = true;
  std::set<autograd::Parameter*> tables;
  for (const SequenceEmbedding* side : {&model_->source, &model_->target}) {
    tables.insert(parameters_->parts.of(side->word).table);
  }
  tables.insert(parameters_->parts.of(model_->output).weights.front());
  for (autograd::Parameter* table : tables) {
    const auto pad = static_cast<std::size_t>(config().pad);
    if (pad >= table->rows || std::ranges::any_of(table->row(pad), [](float value) { return value != 0; })) continue;
    zero_pads_.push_back(table);
  }
  Pool pool;
  refresh({*kernels_, pool});
}

void TrainableTransformer::hold_pads() {
  for (const autograd::Parameter* table : zero_pads_) {
    std::ranges::fill(table->gradient_row(static_cast<std::size_t>(config().pad)), 0.0f);
  }
}

std::span<autograd::Parameter> TrainableTransformer::parameters() { return parameters_->list; }

nn::Masks TrainableTransformer::masks(std::uint64_t seed, std::uint64_t step) const {
  return {.hidden = config().dropout, .attention = config().attention_dropout, .seed = seed, .step = step};
}

nn::Training TrainableTransformer::training(autograd::Tape& tape, nn::Masks& masks) const {
  return {tape, parameters_->parts, masks};
}

autograd::Variable TrainableTransformer::losses(const nn::Training& training, const nn::TokenBatch& sources,
                                                const nn::TokenBatch& targets, std::vector<std::uint32_t> labels,
                                                float smoothing) const {
  const autograd::Variable memory = model_->encode(training, sources);
  const autograd::Variable states = model_->decode(training, targets, memory, sources.sequences());
  const nn::TrainedLinear& output = training.parts.of(model_->output);
  return autograd::linear_cross_entropy(states, *output.weights.front(), output.biases.front(), std::move(labels),
                                        smoothing);
}

void TrainableTransformer::refresh(const nn::Run& run) {
  const auto timer = run.timer("packing of weights");
  nn::walk(*model_, Refresh(parameters_->parts, run));
}

void TrainableTransformer::save_into(const std::filesystem::path& folder) const {
  std::vector<formats::TensorToWrite> tensors;
  tensors.reserve(parameters_->list.size());
  for (std::size_t i = 0; i < parameters_->list.size(); ++i) {
    const Parameters::Origin& origin = parameters_->origins[i];
    const std::span<const float> values = parameters_->list[i].values;
    tensors.push_back({parameters_->list[i].name, DType::f32, origin.shape, std::as_bytes(values)});
  }
  formats::write_safetensors(folder / "model.safetensors", tensors);
  AtomicFile config_file(folder / "config.json");
  config_file.write(config().json());
  config_file.commit();
}

}  // namespace mana::models
