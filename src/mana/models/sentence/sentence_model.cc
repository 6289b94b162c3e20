#include "mana/models/sentence/sentence_model.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"

namespace mana::models {

Tensor PoolTokens::operator()(const nn::Run& run, const Tensor& x, const nn::PackedTokens& batch,
                              std::size_t prompt_tokens) const {
  const std::size_t input = x.columns(), skip = include_prompt ? 0 : prompt_tokens;
  Tensor pooled = run.tensor(batch.texts(), width(input));
  for (std::size_t text = 0; text < batch.texts(); ++text) {
    const std::span<const float> tokens(x.data() + batch.offsets[text] * input, batch.length(text) * input);
    for (std::size_t i = 0; i < modes.size(); ++i) {
      nn::pool(modes[i], tokens, input, skip, pooled.row(text).subspan(i * input, input));
    }
  }
  return pooled;
}

Tensor DenseHead::operator()(const nn::Run& run, Tensor x) const {
  Tensor y = linear(run, x, activation);
  if (!residual) return y;
  const Tensor added = shortcut ? (*shortcut)(run, x) : std::move(x);
  for (std::size_t i = 0; i < y.rows() * y.columns(); ++i) y.data()[i] += added.data()[i];
  return y;
}

Tensor NormalizeRows::operator()(const nn::Run&, Tensor x) const {
  for (std::size_t row = 0; row < x.rows(); ++row) nn::normalize(x.row(row));
  return x;
}

Tensor SentenceModel::operator()(const nn::Run& run, const nn::PackedTokens& batch, std::size_t prompt_tokens) const {
  Tensor x = std::visit([&](const auto& kind) { return kind(run, batch, prompt_tokens); }, encoder);
  for (const Head& head : heads) {
    x = std::visit([&](const auto& layer) { return layer(run, std::move(x)); }, head);
  }
  return x;
}

namespace {

void require_width(const std::filesystem::path& folder, std::size_t declared, std::size_t actual) {
  if (declared != actual) {
    throw FormatError(
        fmt::format("{}: the module takes vectors of {} values, but gets {}", folder.string(), declared, actual));
  }
}

nn::Linear load_linear(const formats::Checkpoint& checkpoint, const std::string& name, std::size_t outputs,
                       std::size_t inputs, bool bias, const kernels::Table& kernels) {
  nn::Linear layer{kernels::PackedLinear(outputs, inputs, kernels.layout)};
  const std::vector<float> weights = checkpoint.f32(name + ".weight", {outputs, inputs});
  layer.weights.set(0, weights, bias ? checkpoint.f32(name + ".bias", {outputs}) : std::vector<float>());
  return layer;
}

DenseHead load(const formats::DenseModule& module, const kernels::Table& kernels) {
  const formats::Checkpoint checkpoint = formats::Checkpoint::open(module.folder);
  DenseHead head;
  head.linear = load_linear(checkpoint, "linear", module.out_features, module.in_features, module.bias, kernels);
  head.activation = module.activation;
  head.residual = module.residual;
  if (module.residual && module.in_features != module.out_features) {
    head.shortcut = load_linear(checkpoint, "residual", module.out_features, module.in_features, false, kernels);
  }
  return head;
}

nn::LayerNorm load(const formats::LayerNormModule& module) {
  constexpr float kEpsilon = 1e-5f;  // torch.nn.LayerNorm's own
  const formats::Checkpoint checkpoint = formats::Checkpoint::open(module.folder);
  return {checkpoint.f32("norm.weight", {module.dimension}), checkpoint.f32("norm.bias", {module.dimension}), kEpsilon};
}

PooledBert load_pooled_bert(const formats::SentenceFolder& folder, const formats::PoolingModule& pooling,
                            std::shared_ptr<const formats::Checkpoint> checkpoint, const kernels::Table& kernels) {
  const BertConfig config = read_bert_config(folder.transformer);
  if (pooling.dimension) require_width(folder.folder / "pooling", *pooling.dimension, config.model);
  return {load_bert(config, std::move(checkpoint), kernels), {pooling.modes, pooling.include_prompt}};
}

SentenceModel::Encoder load_encoder(const formats::SentenceFolder& folder,
                                    const std::vector<formats::SentenceModule>& modules,
                                    const kernels::Table& kernels) {
  auto checkpoint = std::make_shared<formats::Checkpoint>(formats::Checkpoint::open(folder.transformer));
  if (folder.encoder == formats::EncoderKind::static_embedding) {
    return load_static_embedding(std::move(checkpoint));
  }
  return load_pooled_bert(folder, std::get<formats::PoolingModule>(modules.at(0)), std::move(checkpoint), kernels);
}

}  // namespace

SentenceModel load_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules, const kernels::Table& kernels) {
  SentenceModel model;
  model.encoder = load_encoder(folder, modules, kernels);
  model.dimensions = std::visit([](const auto& kind) { return kind.width(); }, model.encoder);
  for (const formats::SentenceModule& module : modules) {
    if (std::holds_alternative<formats::PoolingModule>(module)) continue;  // the encoder's
    if (const auto* dense = std::get_if<formats::DenseModule>(&module)) {
      require_width(dense->folder, dense->in_features, model.dimensions);
      model.heads.emplace_back(load(*dense, kernels));
      model.dimensions = dense->out_features;
    } else if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
      require_width(norm->folder, norm->dimension, model.dimensions);
      model.heads.emplace_back(load(*norm));
    } else {
      model.heads.emplace_back(NormalizeRows{});
    }
  }
  return model;
}

}  // namespace mana::models
