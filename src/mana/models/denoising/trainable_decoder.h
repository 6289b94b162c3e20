#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mana/models/denoising/tied_decoder.h"
#include "mana/models/sentence/trainable_model.h"

namespace mana::models {

/// The decoder that a sentence model learns with (tied_decoder.h). What it shares with the encoder is the model's:
/// layers, embeddings and the word table, which makes the logits, too, and so has a gradient in every row. Its own
/// weights are the attention to the vector, which is drawn at random, and the head of words; either is taken from the
/// model's folder where that has it, as one of transformers' BertForMaskedLM or BertLMHeadModel does.
class TrainableDecoder {
 public:
  /// The model outlives it and stays where it is. Throws ArgumentError for one that has no layers to share, IoError and
  /// FormatError as reading a folder does.
  TrainableDecoder(TrainableModel& model, std::uint64_t seed);

  /// Its own, by their names in checkpoints.
  std::span<autograd::Parameter> parameters();

  /// For a pass through the model and then the decoder.
  nn::Training training(autograd::Tape& tape, nn::Masks& masks) const { return {tape, parts_, masks}; }
  /// −log p(label_t | y_≤t, s) of each of the targets' tokens: [tokens, 1].   vectors s: [texts, dimensions]
  autograd::Variable losses(const nn::Training& training, const autograd::Variable& vectors,
                            const nn::TokenBatch& targets, std::vector<std::uint32_t> labels) const {
    return decoder_->losses(training, *encoder_, vectors, targets, std::move(labels));
  }

  /// To be called when values have changed: the packed weights follow.
  void refresh(const nn::Run& run);

 private:
  /// What stands behind the model's layers stands behind them here.
  void share_parts(const TrainableModel& model, const nn::Run& run);

  const Bert* encoder_;
  std::unique_ptr<TiedDecoder> decoder_;
  std::shared_ptr<Parameters> own_;
  nn::TrainedParts parts_;  // the model's and its own
};

}  // namespace mana::models
