#include "mana/models/bert/pretraining.h"

namespace mana::models {

BertForPretraining BertForPretraining::make(const BertConfig& config, bool next_sentence,
                                            const kernels::WeightLayout& layout) {
  const std::size_t model = config.model;
  const auto linear = [&](std::size_t outputs, std::size_t inputs) {
    return nn::Linear{kernels::MatrixWeights(outputs, inputs, layout)};
  };
  BertForPretraining made;
  made.encoder = Bert::make(config, layout);
  made.words.transform = linear(model, model);
  made.words.norm = {std::vector<float>(model), std::vector<float>(model), config.norm_epsilon};
  made.words.decoder = linear(config.vocabulary, model);
  made.words.activation = config.activation;
  if (next_sentence) made.next = {.pooler = linear(model, model), .classes = linear(2, model)};
  return made;
}

}  // namespace mana::models
