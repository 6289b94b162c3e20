#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "mana/formats/sentence_folder.h"
#include "mana/models/families.h"
#include "mana/nn/linear.h"

namespace mana::models {

/// y = f(x Wᵀ + b) (+ x, or x Rᵀ, with a residual)      [texts, in] -> [texts, out]
struct DenseHead {
  nn::Linear linear;
  kernels::Activation activation = kernels::Activation::tanh;
  bool residual = false;
  std::optional<nn::Linear> shortcut;  ///< R, where the widths differ

  static void parts(auto& self, auto&& visit) {
    visit("linear", self.linear);
    visit("shortcut", self.shortcut);
  }

  template <class Context = nn::Run, class Value>
  Value operator()(const Context& run, Value x) const {
    Value y = linear(run, x, activation);
    if (!residual) return y;
    return shortcut ? nn::add(run, std::move(y), (*shortcut)(run, x)) : nn::add(run, std::move(y), std::move(x));
  }
};

/// LayerNorm(x)
struct NormHead {
  nn::LayerNorm norm;

  static void parts(auto& self, auto&& visit) { visit("norm", self.norm); }

  template <class Context = nn::Run, class Value>
  Value operator()(const Context& run, Value x) const {
    return norm(run, std::move(x));
  }
};

/// x / ‖x‖
struct NormalizeRows {
  static void parts(auto&, auto&&) {}

  Tensor operator()(const nn::Run& run, Tensor x) const;
  nn::Variable operator()(const nn::Training& training, nn::Variable x) const;
};

/// Sentence-BERT (Reimers and Gurevych 2019): what makes one vector of a text's tokens, and what the folder's
/// modules.json puts behind it.
struct SentenceModel {
  using Head = std::variant<DenseHead, NormHead, NormalizeRows>;

  TextEncoder encoder;
  std::vector<Head> heads;
  std::size_t dimensions = 0;

  static void parts(auto& self, auto&& visit) {
    visit("", self.encoder);
    visit("heads", self.heads);
  }

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
  auto operator()(const Context& run, const nn::TokenBatch& batch, std::size_t prompt_tokens = 0) const {
    auto x = std::visit([&](const auto& kind) { return kind(run, batch, prompt_tokens); }, encoder);
    for (const Head& head : heads) {
      x = std::visit([&](const auto& layer) { return layer(run, std::move(x)); }, head);
    }
    return x;
  }
};

/// Calls visit(place, part) for the parts that get their weights after the model is made, as nn::walk() does: for all
/// but the table of a static embedding, which is used where its own file has it.
template <class Model, class Visit>
void walk_weights(Model& model, Visit&& visit) requires std::same_as<std::remove_const_t<Model>, SentenceModel> {
  const auto* const complete = std::get_if<StaticEmbedding>(&model.encoder);
  nn::walk(model, [&](const nn::Place& place, auto& part) {
    if (complete == nullptr || static_cast<const void*>(&part) != &complete->table) visit(place, part);
  });
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
