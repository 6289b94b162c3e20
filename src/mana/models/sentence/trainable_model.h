#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/formats/sentence_folder.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/nn/training.h"

namespace mana::models {

struct Parameters;

/// Weights that are drawn at random (FreshWeights), for a model that is trained from nothing.
struct FreshStart {
  std::uint64_t seed = 0;
  float deviation = 0.02f;
};

/// A sentence model whose weights change: the model that serves, and behind it the f32 values that its packed weights
/// are made of, with their gradients.
///
///   nn::Masks masks = model.masks(seed, step);
///   Variable vectors = model(model.training(tape, masks), batch);
///   tape.backward(loss(tape, vectors));        // adds to every parameter's gradient
///   … change the parameters' values, set their gradients to zero …
///   model.refresh(run);
///
/// The batch's memory and the masks live until the tape's gradients have flowed back.
class TrainableModel {
 public:
  /// Takes the weights of the folder's ordinary files. The products of the linear maps are computed as table(isa,
  /// precision) does, in f32 or bf16. Throws as load_sentence_model(), and ArgumentError for int8.
  /// With a fresh start no files of weights are read, and there need be none; not for static embeddings.
  TrainableModel(formats::SentenceFolder folder, kernels::Isa isa, kernels::Precision precision,
                 const std::optional<FreshStart>& fresh = {});

  /// One for each tensor that the model reads, in the order of the checkpoint, each with its name there; those of a
  /// module behind the encoder have its folder before it: "2_Dense/linear.weight". What is frozen before a pass is not
  /// differentiated in it.
  std::span<autograd::Parameter> parameters();
  std::span<const autograd::Parameter> parameters() const;
  /// Of parameters behind the encoder's layers: one more than it has; 0 without layers.
  std::size_t depth() const;

  /// The probabilities of dropout that config.json names, in a step that a seed and its number stand for.
  nn::Masks masks(std::uint64_t seed, std::uint64_t step) const;
  nn::Training training(autograd::Tape& tape, nn::Masks& masks) const;

  /// -> [texts, dimensions], recorded on the tape.
  autograd::Variable operator()(const nn::Training& training, const nn::TokenBatch& batch,
                                std::size_t prompt_tokens = 0) const;

  /// To be called when values have changed: the packed weights follow.
  void refresh(const nn::Run& run);

  /// The same weights, to serve with between two steps.
  const SentenceModel& model() const { return *model_; }
  /// The model for somebody who keeps it while it changes between their calls.
  std::shared_ptr<const SentenceModel> shared_model() const { return model_; }
  const formats::SentenceFolder& folder() const { return folder_; }
  const kernels::Table& kernels() const { return *kernels_; }

  /// A file that goes into a model's folder beside its own, or in the place of one.
  struct NamedText {
    std::string name;
    std::string text;
  };

  /// Writes a folder that Mana and every version of sentence-transformers read: weights as f32, tensors that the model
  /// does not read as they were, all else as in the model's folder, which must still be there. It appears under its
  /// name complete, with the `extra` files, and replaces what had it. Throws IoError.
  void save(const std::filesystem::path& folder, std::span<const NamedText> extra = {}) const;

 private:
  formats::SentenceFolder folder_;
  bool fresh_;
  const kernels::Table* kernels_ = nullptr;
  nn::Masks dropout_;
  std::shared_ptr<SentenceModel> model_;
  std::shared_ptr<Parameters> parameters_;
};

}  // namespace mana::models
