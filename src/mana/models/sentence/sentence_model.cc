#include "mana/models/sentence/sentence_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"
#include "mana/formats/model_task.h"
#include "mana/models/sentence/adapter.h"
#include "mana/models/sentence/encoder_tensors.h"
#include "mana/models/sentence/weight_files.h"
#include "mana/models/weight_reader.h"
#include "mana/operations/elementwise.h"
#include "mana/operations/pool.h"

namespace mana::models {

Tensor PoolTokens::operator()(const nn::Run& run, const Tensor& x, const nn::TokenBatch& batch,
                              std::size_t prompt_tokens) const {
  return operations::pool(run, modes, x, batch.sequences(), include_prompt ? 0 : prompt_tokens);
}

/// dx += the gradient of every mode's pooling by the tokens of its text.
nn::Variable PoolTokens::operator()(const nn::Training& training, nn::Variable x, const nn::TokenBatch& batch,
                                    std::size_t prompt_tokens) const {
  Tensor pooled = (*this)(training.run(), x.value(), batch, prompt_tokens);
  return training.tape.record(std::move(pooled), {x}, [this, training, x, batch, prompt_tokens](const Tensor& dy) {
    const std::size_t skip = include_prompt ? 0 : prompt_tokens;
    for (std::size_t mode = 0; mode < modes.size(); ++mode) {
      add_gradient(training, x,
                   operations::pool_gradient(training.run(), modes[mode], x.value(), batch.sequences(), skip, dy,
                                             mode * x.columns()));
    }
  });
}

Tensor NormalizeRows::operator()(const nn::Run& run, Tensor x) const {
  return operations::normalize(run, std::move(x));
}

/// y = x / ‖x‖;   dx = (dy - y (y · dy)) / ‖x‖, row by row
nn::Variable NormalizeRows::operator()(const nn::Training& training, nn::Variable x) const {
  const nn::Run& run = training.run();
  return training.tape.record((*this)(run, operations::copy(run, x.value())), {x}, [training, x](const Tensor& dy) {
    add_gradient(training, x, operations::normalize_gradient(training.run(), x.value(), dy));
  });
}

namespace {

void require_width(const std::filesystem::path& folder, std::size_t declared, std::size_t actual) {
  if (declared != actual) {
    throw FormatError(
        fmt::format("{}: the module takes vectors of {} values, but gets {}", folder.string(), declared, actual));
  }
}

SentenceModel::Head make_head(const formats::DenseModule& module, const kernels::WeightLayout& layout) {
  const auto linear = [&] {
    return nn::Linear{kernels::MatrixWeights(module.out_features, module.in_features, layout), false};
  };
  DenseHead head{.linear = linear(), .activation = module.activation, .residual = module.residual, .shortcut = {}};
  head.linear.bias = module.bias;
  if (module.residual && module.in_features != module.out_features) head.shortcut = linear();
  return head;
}

SentenceModel::Head make_head(const formats::LayerNormModule& module) {
  constexpr float kEpsilon = 1e-5f;  // torch.nn.LayerNorm's own
  return NormHead{{std::vector<float>(module.dimension), std::vector<float>(module.dimension), kEpsilon}};
}

std::shared_ptr<const formats::StoredWeights> open_stored_weights(const formats::SentenceFolder& folder) {
  return std::make_shared<const formats::StoredWeights>(open_encoder(folder));
}

/// A static embedding is its table, which stays in the mapped file: it is complete.
TextEncoder make_encoder(const formats::SentenceFolder& folder, const std::vector<formats::SentenceModule>& modules,
                         const kernels::WeightLayout& layout) {
  if (!folder.contextual) return load_static_embedding(open_stored_weights(folder));
  const EncoderConfig config = encoder_config(folder);
  if (folder.modules_assumed) formats::require_encoder(encoder_folder(folder));
  const auto& pooling = std::get<formats::PoolingModule>(modules.at(0));
  if (pooling.dimension) require_width(folder.folder / "pooling", *pooling.dimension, facts_of(config).width);
  return make_encoder(config, {pooling.modes, pooling.include_prompt}, layout);
}

}  // namespace

SentenceModel make_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules,
                                  const kernels::WeightLayout& layout) {
  SentenceModel model;
  model.encoder = make_encoder(folder, modules, layout);
  model.dimensions = std::visit([](const auto& kind) { return kind.width(); }, model.encoder);
  for (const formats::SentenceModule& module : modules) {
    if (std::holds_alternative<formats::PoolingModule>(module)) continue;  // the encoder's
    if (const auto* dense = std::get_if<formats::DenseModule>(&module)) {
      require_width(dense->folder, dense->in_features, model.dimensions);
      model.heads.push_back(make_head(*dense, layout));
      model.dimensions = dense->out_features;
    } else if (const auto* norm = std::get_if<formats::LayerNormModule>(&module)) {
      require_width(norm->folder, norm->dimension, model.dimensions);
      model.heads.push_back(make_head(*norm));
    } else {
      model.heads.emplace_back(NormalizeRows{});
    }
  }
  return model;
}

SentenceModel load_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules, const kernels::Table& kernels) {
  SentenceModel model = make_sentence_model(folder, modules, kernels.layout);
  WeightFiles files(folder, modules, model);
  walk_weights(model, WeightReader(files));
  return model;
}

}  // namespace mana::models
