#include "mana/models/bert/bert.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::models {
namespace {

/// Hands out the tensors of bert_tensors_in() in their order, as the layers they belong to.
class Reader {
 public:
  Reader(const BertConfig& config, std::shared_ptr<const formats::Checkpoint> checkpoint, const kernels::Table& kernels)
      : config_(config), checkpoint_(std::move(checkpoint)), kernels_(kernels), next_(names_.begin()) {
    names_ = bert_tensors_in(*checkpoint_, config);
    next_ = names_.begin();
  }

  nn::EmbeddingTable table() {
    const BertTensor& tensor = *next_++;
    const formats::StoredTensor& stored = checkpoint_->at(tensor.name);
    if (stored.dtype != DType::f32 && stored.dtype != DType::f16 && stored.dtype != DType::bf16) {
      throw FormatError(fmt::format("{}: tensor {} holds {}; f32, f16 or bf16 is needed",
                                    checkpoint_->folder().string(), tensor.name, name_of(stored.dtype)));
    }
    return {stored.bytes, stored.dtype, config_.model, checkpoint_};
  }

  std::vector<float> values() {
    const BertTensor& tensor = *next_++;
    return checkpoint_->f32(tensor.name, tensor.shape);
  }

  nn::LayerNorm norm() {
    std::vector<float> gamma = values(), beta = values();
    return {std::move(gamma), std::move(beta), config_.norm_epsilon};
  }

  /// `count` linear maps of the same input, side by side.
  nn::Linear linear(std::size_t outputs, std::size_t inputs, std::size_t count = 1) {
    nn::Linear layer{kernels::PackedLinear(count * outputs, inputs, kernels_.layout)};
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<float> weights = values(), bias = values();
      layer.weights.set(i * outputs, weights, bias);
    }
    return layer;
  }

 private:
  const BertConfig& config_;
  std::shared_ptr<const formats::Checkpoint> checkpoint_;
  const kernels::Table& kernels_;
  std::vector<BertTensor> names_;
  std::vector<BertTensor>::const_iterator next_;
};

}  // namespace

Tensor BertEmbeddings::operator()(const nn::Run& run, const nn::PackedTokens& batch) const {
  return norm(run, sum(run, batch));
}

Tensor BertEmbeddings::sum(const nn::Run& run, const nn::PackedTokens& batch) const {
  const auto timer = run.timer("embeddings");
  Tensor x = run.tensor(batch.tokens(), word.width());
  for (std::size_t text = 0; text < batch.texts(); ++text) {
    for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
      const std::span<float> row = x.row(t);
      std::fill(row.begin(), row.end(), 0.0f);
      word.add(static_cast<std::size_t>(batch.ids[t]), row);
      type.add(batch.type_ids.empty() ? 0 : static_cast<std::size_t>(batch.type_ids[t]), row);
      position.add(t - batch.offsets[text], row);
    }
  }
  return x;
}

Bert load_bert(const BertConfig& config, std::shared_ptr<const formats::Checkpoint> checkpoint,
               const kernels::Table& kernels) {
  Reader reader(config, std::move(checkpoint), kernels);
  Bert bert;
  bert.config = config;
  bert.embed.word = reader.table();
  bert.embed.position = reader.table();
  bert.embed.type = reader.table();
  bert.embed.norm = reader.norm();
  for (std::size_t i = 0; i < config.layers; ++i) {
    nn::EncoderLayer layer;
    layer.attend = {.query_key_value = reader.linear(config.model, config.model, 3),
                    .output = reader.linear(config.model, config.model),
                    .heads = config.heads};
    layer.attend_norm = reader.norm();
    layer.feed_forward = {.widen = reader.linear(config.inner, config.model),
                          .narrow = reader.linear(config.model, config.inner),
                          .activation = config.activation};
    layer.feed_norm = reader.norm();
    bert.layers.push_back(std::move(layer));
  }
  return bert;
}

}  // namespace mana::models
