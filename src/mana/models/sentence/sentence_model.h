#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mana/formats/sentence_folder.h"
#include "mana/models/bert/bert.h"
#include "mana/models/static/static_embedding.h"
#include "mana/nn/pooling.h"

namespace mana::models {

/// [tokens, width] -> [texts, modes · width]
struct PoolTokens {
  std::vector<nn::Pooling> modes;
  bool include_prompt = true;

  std::size_t width(std::size_t input) const { return modes.size() * input; }
  Tensor operator()(const nn::Run& run, const Tensor& x, const nn::PackedTokens& batch,
                    std::size_t prompt_tokens) const;
  nn::Variable operator()(const nn::Training& training, nn::Variable x, const nn::PackedTokens& batch,
                          std::size_t prompt_tokens) const;
};

/// BERT, then a pooling over each text's tokens.      -> [texts, modes · model]
struct PooledBert {
  Bert bert;
  PoolTokens pool;

  std::size_t width() const { return pool.width(bert.config.model); }
  std::size_t vocabulary() const { return bert.config.vocabulary; }
  std::optional<std::size_t> positions() const { return bert.config.positions; }
  std::size_t types() const { return bert.config.types; }
  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::PackedTokens& batch, std::size_t prompt_tokens) const {
    return pool(run, bert(run, batch), batch, prompt_tokens);
  }
};

/// y = f(x Wᵀ + b) (+ x, or x Rᵀ, with a residual)      [texts, in] -> [texts, out]
struct DenseHead {
  nn::Linear linear;
  kernels::Activation activation = kernels::Activation::tanh;
  bool residual = false;
  std::optional<nn::Linear> shortcut;  ///< R, where the widths differ

  template <class Context = nn::Run, class Value>
  Value operator()(const Context& run, Value x) const {
    Value y = linear(run, x, activation);
    if (!residual) return y;
    return shortcut ? nn::add(run, std::move(y), (*shortcut)(run, x)) : nn::add(run, std::move(y), std::move(x));
  }
};

/// x / ‖x‖
struct NormalizeRows {
  Tensor operator()(const nn::Run& run, Tensor x) const;
  nn::Variable operator()(const nn::Training& training, nn::Variable x) const;
};

/// Sentence-BERT (Reimers and Gurevych 2019): what makes one vector of a text's tokens, and what the folder's
/// modules.json puts behind it.
struct SentenceModel {
  using Encoder = std::variant<PooledBert, StaticEmbedding>;
  using Head = std::variant<DenseHead, nn::LayerNorm, NormalizeRows>;

  Encoder encoder;
  std::vector<Head> heads;
  std::size_t dimensions = 0;

  std::size_t vocabulary() const {
    return std::visit([](const auto& kind) { return kind.vocabulary(); }, encoder);
  }
  /// How many types of tokens it tells apart.
  std::size_t types() const {
    return std::visit([](const auto& kind) { return kind.types(); }, encoder);
  }
  /// The longest text, in tokens; nothing where any length will do.
  std::optional<std::size_t> positions() const {
    return std::visit([](const auto& kind) { return kind.positions(); }, encoder);
  }

  /// -> [texts, dimensions]. `prompt_tokens`: how many tokens at the start of every text are a prompt.
  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::PackedTokens& batch, std::size_t prompt_tokens = 0) const {
    auto x = std::visit([&](const auto& kind) { return kind(run, batch, prompt_tokens); }, encoder);
    for (const Head& head : heads) {
      x = std::visit([&](const auto& layer) { return layer(run, std::move(x)); }, head);
    }
    return x;
  }
};

/// Every part of the model that holds weights, as for_each_part() of its encoder does. The table of a static embedding
/// is none: it is used where its own file has it.
template <class Model, class Visit>
void for_each_part(Model& model, Visit&& visit) requires std::same_as<std::remove_const_t<Model>, SentenceModel> {
  if (auto* pooled = std::get_if<PooledBert>(&model.encoder)) for_each_part(pooled->bert, visit);
  for (std::size_t i = 0; i < model.heads.size(); ++i) {
    const std::string prefix = "heads." + std::to_string(i) + ".";
    if (auto* dense = std::get_if<DenseHead>(&model.heads[i])) {
      visit(prefix + "linear", dense->linear);
      if (dense->shortcut) visit(prefix + "shortcut", *dense->shortcut);
    } else if (auto* norm = std::get_if<nn::LayerNorm>(&model.heads[i])) {
      visit(prefix + "norm", *norm);
    }
  }
}

/// The model that the folder's configuration describes, in its shapes, without weights. `modules` mostly are
/// folder.modules; a caller may have changed them. Throws as load_sentence_model().
SentenceModel make_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules,
                                  const kernels::WeightLayout& layout);

/// The same with the weights of the folder's ordinary files.
/// Throws IoError, or FormatError where sizes do not fit together.
SentenceModel load_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules, const kernels::Table& kernels);

}  // namespace mana::models
