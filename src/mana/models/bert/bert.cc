#include "mana/models/bert/bert.h"

#include <array>
#include <utility>

#include "mana/operations/lookup.h"

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
  using operations::Key;
  const std::array<operations::Lookup, 3> lookups{
      {{word.stored(), Key::id, batch.ids}, {type.stored(), Key::id, batch.type_ids}, {position.stored(), Key::place}}};
  return operations::sum_of_lookups(run, lookups, batch.sequences());
}

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
    add_lookup_gradient(training, type, batch.type_ids, dx);
    add_place_gradient(training, position, batch.sequences(), dx);
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
