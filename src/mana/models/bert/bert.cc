#include "mana/models/bert/bert.h"

#include <algorithm>
#include <utility>

namespace mana::models {
namespace {

/// Gives every part its tensors, which bert_tensors_in() has in the same order.
class CheckpointReader {
 public:
  CheckpointReader(std::shared_ptr<const formats::Checkpoint> checkpoint, const BertConfig& config)
      : checkpoint_(std::move(checkpoint)), tensors_(bert_tensors_in(*checkpoint_, config)), next_(tensors_.begin()) {}

  void operator()(const std::string&, nn::EmbeddingTable& table) {
    const BertTensor& tensor = *next_++;
    formats::LookupTable stored = formats::lookup_table(checkpoint_, tensor.name);
    table = {stored.bytes, stored.dtype, table.width(), std::move(stored.owner)};
  }

  void operator()(const std::string&, nn::LayerNorm& norm) {
    norm.gamma = values();
    norm.beta = values();
  }

  /// Linear maps of the same input that lie side by side here are tensors of their own there.
  void operator()(const std::string&, nn::Linear& linear) {
    for (std::size_t first = 0; first < linear.weights.outputs();) {
      const std::vector<float> weights = values(), bias = values();
      linear.weights.set(first, weights, bias);
      first += bias.size();
    }
  }

 private:
  std::vector<float> values() {
    const BertTensor& tensor = *next_++;
    return checkpoint_->f32(tensor.name, tensor.shape);
  }

  std::shared_ptr<const formats::Checkpoint> checkpoint_;
  std::vector<BertTensor> tensors_;
  std::vector<BertTensor>::const_iterator next_;
};

}  // namespace

Tensor BertEmbeddings::sum(const nn::Run& run, const nn::PackedTokens& batch) const {
  const auto timer = run.timer("embeddings");
  Tensor x = run.tensor(batch.tokens(), word.width());
  for (std::size_t text = 0; text < batch.texts(); ++text) {
    for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
      if (t + 1 < batch.tokens()) word.prefetch(static_cast<std::size_t>(batch.ids[t + 1]));
      const std::span<float> row = x.row(t);
      std::fill(row.begin(), row.end(), 0.0f);
      word.add(static_cast<std::size_t>(batch.ids[t]), row);
      type.add(batch.type_ids.empty() ? 0 : static_cast<std::size_t>(batch.type_ids[t]), row);
      position.add(t - batch.offsets[text], row);
    }
  }
  return x;
}

namespace {

/// dtype[type_t] += dx_t; without type ids all tokens are of type 0.
void add_type_gradient(const nn::Training& training, const nn::EmbeddingTable& type, const nn::PackedTokens& batch,
                       const Tensor& dx) {
  if (!batch.type_ids.empty()) return add_lookup_gradient(training, type, batch.type_ids, dx);
  const autograd::Parameter& parameter = *training.parts.of(type).table;
  if (parameter.frozen) return;
  training.run().split(dx.columns(), [&](std::size_t first, std::size_t last, unsigned) {
    training.kernels().add_rows({dx.data(), dx.rows(), dx.columns(), first, last, parameter.gradient.data()});
  });
}

/// dposition[t] += dx_t, t from 0 in each text; each thread has some of the positions.
void add_position_gradient(const nn::Training& training, const nn::EmbeddingTable& position,
                           const nn::PackedTokens& batch, const Tensor& dx) {
  const autograd::Parameter& parameter = *training.parts.of(position).table;
  if (parameter.frozen) return;
  std::size_t longest = 0;
  for (std::size_t text = 0; text < batch.texts(); ++text) longest = std::max(longest, batch.length(text));
  const std::size_t width = dx.columns();
  training.run().split(longest, [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      const std::size_t end = std::min(last, batch.length(text));
      if (first >= end) continue;
      training.kernels().add({.x = dx.data() + (batch.offsets[text] + first) * width,
                              .factor = 1,
                              .count = (end - first) * width,
                              .y = parameter.gradient.data() + first * width});
    }
  });
}

}  // namespace

/// dword[id_t] += dx_t,   dtype[type_t] += dx_t,   dposition[t] += dx_t
nn::Variable BertEmbeddings::sum(const nn::Training& training, const nn::PackedTokens& batch) const {
  Tensor x = sum(training.run(), batch);
  const nn::TrainedParts& parts = training.parts;
  if (!parts.of(word).trains() && !parts.of(type).trains() && !parts.of(position).trains()) {
    return training.tape.constant(std::move(x));
  }
  return training.tape.record(std::move(x), [this, training, batch](const Tensor& dx) {
    const auto timer = training.run().timer("embeddings gradient");
    add_lookup_gradient(training, word, batch.ids, dx);
    add_type_gradient(training, type, batch, dx);
    add_position_gradient(training, position, batch, dx);
  });
}

Bert make_bert(const BertConfig& config, const kernels::WeightLayout& layout) {
  const std::size_t model = config.model;
  const auto linear = [&](std::size_t outputs, std::size_t inputs) {
    return nn::Linear{kernels::PackedLinear(outputs, inputs, layout)};
  };
  const nn::LayerNorm norm{std::vector<float>(model), std::vector<float>(model), config.norm_epsilon};
  Bert bert;
  bert.config = config;
  bert.embed = {nn::EmbeddingTable(config.vocabulary, model), nn::EmbeddingTable(config.positions, model),
                nn::EmbeddingTable(config.types, model), norm};
  for (std::size_t i = 0; i < config.layers; ++i) {
    nn::EncoderLayer layer;
    layer.attend = {.query_key_value = linear(3 * model, model), .output = linear(model, model), .heads = config.heads};
    layer.attend_norm = norm;
    layer.feed_forward = {
        .widen = linear(config.inner, model), .narrow = linear(model, config.inner), .activation = config.activation};
    layer.feed_norm = norm;
    bert.layers.push_back(std::move(layer));
  }
  return bert;
}

void read_bert(std::shared_ptr<const formats::Checkpoint> checkpoint, Bert& bert) {
  for_each_part(bert, CheckpointReader(std::move(checkpoint), bert.config));
}

}  // namespace mana::models
