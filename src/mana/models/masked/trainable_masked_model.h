#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/models/masked/masked_model.h"
#include "mana/nn/training.h"

namespace mana::models {

struct Parameters;

/// An encoder in pre-training: its weights change, and those of its heads. The head of masked words multiplies by the
/// word table, which therefore has a gradient in every row; what is not there has none.
class TrainableMaskedModel {
 public:
  /// First values by chance: matrices and tables ~ N(0, 0.02²), biases 0, scales 1 (Devlin et al. 2019). Throws
  /// ArgumentError for int8.
  TrainableMaskedModel(const MaskedModelConfig& config, bool next_sentence, std::uint64_t seed, kernels::Isa isa,
                       kernels::Precision precision);
  /// Goes on from the folder of an encoder, with its heads where it has them; parts of heads that it lacks are drawn,
  /// drawn() says which. `next_sentence`: none, as the folder has it. Throws IoError or FormatError, too.
  TrainableMaskedModel(const std::filesystem::path& folder, std::optional<bool> next_sentence, std::uint64_t seed,
                       kernels::Isa isa, kernels::Precision precision);

  /// One for each tensor, in the order of the model. The word table is one of them.
  std::span<autograd::Parameter> parameters();
  /// The tensors that the folder did not have.
  const std::vector<std::string>& drawn() const { return drawn_; }

  /// The configuration's dropout, in a step that a seed and its number stand for.
  nn::Masks masks(std::uint64_t seed, std::uint64_t step) const;
  nn::Training training(autograd::Tape& tape, nn::Masks& masks) const;

  /// The last hidden states: [tokens, model]
  autograd::Variable states(const nn::Training& training, const nn::TokenBatch& batch) const;
  /// The cross-entropy of the words that stood at some places of the states: [places, 1]
  autograd::Variable word_losses(const nn::Training& training, autograd::Variable states,
                                 std::vector<std::uint32_t> places, std::vector<std::uint32_t> words) const;
  /// The logits of "B follows A" and "B is of another document" of each text: [texts, 2]. Only with that head.
  autograd::Variable next_logits(const nn::Training& training, autograd::Variable states, nn::Sequences texts) const;

  /// To be called when values have changed: the packed weights follow, but for those of the matrix of logits, which
  /// training takes from the table.
  void refresh(const nn::Run& run);
  /// Those too: to be called before model() says which words are likely.
  void refresh_decoder(const nn::Run& run);

  /// The same weights, to serve with between two steps.
  const MaskedModel& model() const { return *model_; }
  const MaskedModelConfig& config() const { return model_->encoder.config; }
  bool next_sentence() const { return model_->next.has_value(); }
  const kernels::Table& kernels() const { return *kernels_; }

  /// Writes config.json and model.safetensors into a folder that is there: weights as f32. Throws IoError.
  void save_into(const std::filesystem::path& folder) const;

 private:
  TrainableMaskedModel(const MaskedModelConfig& config, bool next_sentence, kernels::Isa isa,
                       kernels::Precision precision);
  void finish();

  const kernels::Table* kernels_;
  std::unique_ptr<MaskedModel> model_;
  std::shared_ptr<Parameters> parameters_;
  std::vector<std::string> drawn_;
};

}  // namespace mana::models
