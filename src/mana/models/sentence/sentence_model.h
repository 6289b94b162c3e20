#pragma once

#include <filesystem>
#include <memory>
#include <optional>
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
};

/// BERT, then a pooling over each text's tokens.      -> [texts, modes · model]
struct PooledBert {
  Bert bert;
  PoolTokens pool;

  std::size_t width() const { return pool.width(bert.config.model); }
  std::size_t vocabulary() const { return bert.config.vocabulary; }
  std::optional<std::size_t> positions() const { return bert.config.positions; }
  Tensor operator()(const nn::Run& run, const nn::PackedTokens& batch, std::size_t prompt_tokens) const {
    return pool(run, bert(run, batch), batch, prompt_tokens);
  }
};

/// y = f(x Wᵀ + b) (+ x, or x Rᵀ, with a residual)      [texts, in] -> [texts, out]
struct DenseHead {
  nn::Linear linear;
  kernels::Activation activation = kernels::Activation::tanh;
  bool residual = false;
  std::optional<nn::Linear> shortcut;  ///< R, where the widths differ

  Tensor operator()(const nn::Run& run, Tensor x) const;
};

/// x / ‖x‖
struct NormalizeRows {
  Tensor operator()(const nn::Run& run, Tensor x) const;
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
  /// The longest text, in tokens; nothing where any length will do.
  std::optional<std::size_t> positions() const {
    return std::visit([](const auto& kind) { return kind.positions(); }, encoder);
  }

  /// -> [texts, dimensions]. `prompt_tokens`: how many tokens at the start of every text are a prompt.
  Tensor operator()(const nn::Run& run, const nn::PackedTokens& batch, std::size_t prompt_tokens = 0) const;
};

/// Loads the folder for these kernels. `modules` mostly are folder.modules; a caller may have changed them.
/// Throws IoError, or FormatError where sizes do not fit together.
SentenceModel load_sentence_model(const formats::SentenceFolder& folder,
                                  const std::vector<formats::SentenceModule>& modules, const kernels::Table& kernels);

}  // namespace mana::models
