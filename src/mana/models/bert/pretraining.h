#pragma once

#include <optional>

#include "mana/models/bert/bert.h"
#include "mana/nn/masked_word_head.h"
#include "mana/nn/next_sentence_head.h"

namespace mana::models {

/// The head of masked words of such an encoder, in its shapes, without weights.
nn::MaskedWordHead masked_word_head(const BertConfig& config, const kernels::WeightLayout& layout);

/// BERT as it is pre-trained (Devlin et al. 2019, section 3.1): transformers' BertForPreTraining, or, without the head
/// of the next sentence, its BertForMaskedLM.
struct BertForPretraining {
  Bert encoder;
  nn::MaskedWordHead words;
  std::optional<nn::NextSentenceHead> next;

  /// In its shapes, without weights.
  static BertForPretraining make(const BertConfig& config, bool next_sentence, const kernels::WeightLayout& layout);

  static void parts(auto& self, auto&& visit) {
    visit("encoder", self.encoder);
    visit("words", self.words);
    visit("next", self.next);
  }
};

}  // namespace mana::models
