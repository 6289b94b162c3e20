#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/models/transformer/transformer.h"
#include "mana/nn/training.h"

namespace mana::models {

struct Parameters;

/// A translator whose weights change: the model that serves, and behind it the f32 values that its packed weights are
/// made of, with their gradients. As in transformers, the bias of the logits is not trained, and neither is the pad's
/// vector by lookups; where it is zero, as Marian's files have it, it stays so, since other programs begin a target
/// with zero whatever the file says.
class TrainableTransformer {
 public:
  /// First values by chance: matrices ~ N(0, 2 / (inputs + outputs)) (Glorot and Bengio 2010), tables ~ N(0, 1 / d).
  TrainableTransformer(const TransformerConfig& config, std::uint64_t seed, kernels::Isa isa,
                       kernels::Precision precision);
  /// The weights of a folder. Throws IoError or FormatError; ArgumentError for int8.
  TrainableTransformer(const std::filesystem::path& folder, kernels::Isa isa, kernels::Precision precision);

  /// One for each tensor, in the order of the checkpoint. What is tied is one of them.
  std::span<autograd::Parameter> parameters();

  /// The configuration's dropout, in a step that a seed and its number stand for.
  nn::Masks masks(std::uint64_t seed, std::uint64_t step) const;
  nn::Training training(autograd::Tape& tape, nn::Masks& masks) const;

  /// The cross-entropy of the token that follows each of the targets' tokens, with labels smoothed by ε; zero where
  /// the label is kIgnored.      labels: [target tokens] -> [target tokens, 1]
  autograd::Variable losses(const nn::Training& training, const nn::TokenBatch& sources, const nn::TokenBatch& targets,
                            std::vector<std::uint32_t> labels, float smoothing) const;

  /// To be called when gradients have flowed back: a pad's vector of zeros has none.
  void hold_pads();

  /// To be called when values have changed: the packed weights follow.
  void refresh(const nn::Run& run);

  /// The same weights, to serve with between two steps.
  const Transformer& model() const { return *model_; }
  const TransformerConfig& config() const { return model_->config; }
  const kernels::Table& kernels() const { return *kernels_; }

  /// Writes config.json and model.safetensors into a folder that is there: weights as f32. Throws IoError.
  void save_into(const std::filesystem::path& folder) const;

 private:
  TrainableTransformer(const TransformerConfig& config, kernels::Isa isa, kernels::Precision precision);
  /// Once the parameters have their values.
  void finish();

  const kernels::Table* kernels_;
  std::unique_ptr<Transformer> model_;
  std::shared_ptr<Parameters> parameters_;
  std::vector<autograd::Parameter*> zero_pads_;  // tables whose pad is a vector of zeros
};

}  // namespace mana::models
