#include "mana/models/bert/pretraining.h"

namespace mana::models {

nn::MaskedWordHead masked_word_head(const BertConfig& config, const kernels::WeightLayout& layout) {
  const std::size_t model = config.model;
  return {.transform = {kernels::MatrixWeights(model, model, layout)},
          .norm = {std::vector<float>(model), std::vector<float>(model), config.norm_epsilon},
          .decoder = {kernels::MatrixWeights(config.vocabulary, model, layout)},
          .activation = config.activation};
}

BertForPretraining BertForPretraining::make(const BertConfig& config, bool next_sentence,
                                            const kernels::WeightLayout& layout) {
  BertForPretraining made{.encoder = Bert::make(config, layout), .words = masked_word_head(config, layout), .next = {}};
  if (!next_sentence) return made;
  made.next = {.pooler = {kernels::MatrixWeights(config.model, config.model, layout)},
               .classes = {kernels::MatrixWeights(2, config.model, layout)}};
  return made;
}

}  // namespace mana::models
