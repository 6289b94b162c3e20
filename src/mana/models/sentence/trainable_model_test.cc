// A sentence model in training: its values are those that serve, its gradients those of the definition in double, at
// every level and on any number of threads; and what is saved is what was trained.
#include "mana/models/sentence/trainable_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "amx_emulator/levels.h"
#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/reference_model.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using autograd::Parameter;
using autograd::Tape;
using autograd::Variable;
using kernels::Isa;
using kernels::Precision;

std::filesystem::path fixture(const std::string& name) { return fixture_path() / name; }

TrainableModel model_of(const std::string& name, Isa isa = Isa::portable, Precision precision = Precision::f32) {
  return {formats::read_sentence_folder(fixture(name)), isa, precision};
}

/// Texts of 7, 1, 4 and 9 tokens.
struct Batch {
  std::vector<std::int32_t> ids = {2, 17, 5, 44, 17, 30, 3, 8, 2, 61, 30, 3, 2, 5, 9, 12, 44, 71, 20, 33, 3};
  std::vector<std::uint32_t> offsets = {0, 7, 8, 12, 21};
  nn::TokenBatch tokens() const { return {ids, {}, offsets}; }
};

/// The loss Σ c ∘ vectors with some c, as the gradient that flows into the vectors.
std::vector<float> loss_gradient(std::size_t size) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

struct Pass {
  std::vector<float> vectors;
  std::vector<std::vector<float>> gradients;  ///< of every parameter
};

/// One step without an update.
Pass pass(TrainableModel& model, nn::Masks masks, std::size_t prompt_tokens = 0, Team* team = nullptr,
          kernels::Profile* profile = nullptr) {
  for (Parameter& parameter : model.parameters()) std::ranges::fill(parameter.gradient, 0.0f);
  const Batch batch;
  Pool pool;
  Tape tape({model.kernels(), pool, team, profile});
  const Variable vectors = model(model.training(tape, masks), batch.tokens(), prompt_tokens);
  const std::size_t size = vectors.rows() * vectors.columns();
  Pass result{{vectors.value().data(), vectors.value().data() + size}, {}};
  Tensor gradient = tape.tensor(vectors.rows(), vectors.columns());
  std::ranges::copy(loss_gradient(size), gradient.data());
  tape.backward(vectors, gradient);
  for (const Parameter& parameter : model.parameters()) {
    result.gradients.emplace_back(parameter.gradient.begin(), parameter.gradient.end());
  }
  return result;
}

/// Some places of a parameter that matter for the batch.
std::vector<std::size_t> places_in(const Parameter& parameter, std::mt19937& random) {
  constexpr std::size_t kPlaces = 10;
  const Batch batch;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    std::size_t row = random() % parameter.rows;
    if (parameter.sparse) row = static_cast<std::size_t>(batch.ids[random() % batch.ids.size()]);
    if (parameter.name.ends_with("position_embeddings.weight")) row = random() % 9;
    if (parameter.name.ends_with("token_type_embeddings.weight")) row = 0;
    places.push_back(row * parameter.columns + random() % parameter.columns);
  }
  return places;
}

struct Case {
  std::string folder;
  std::size_t prompt_tokens = 0;
  bool dropout = false;
};

class GradientTest : public testing::TestWithParam<Case> {
 protected:
  nn::Masks masks(const TrainableModel& model) const {
    nn::Masks masks = model.masks(7, 3);
    if (!GetParam().dropout) masks.hidden = masks.attention = 0;
    if (GetParam().dropout) masks.hidden = 0.2f;  // another than attention's
    return masks;
  }
};

TEST_P(GradientTest, IsThatOfTheDefinitionByCentralDifferences) {
  TrainableModel model = model_of(GetParam().folder);
  ReferenceModel reference(model);
  const Batch batch;
  const auto value = [&] {
    const std::vector<double> vectors = reference(batch.tokens(), masks(model), GetParam().prompt_tokens);
    const std::vector<float> c = loss_gradient(vectors.size());
    double sum = 0;
    for (std::size_t i = 0; i < vectors.size(); ++i) sum += c[i] * vectors[i];
    return sum;
  };
  const std::size_t count = model.parameters().size();
  std::mt19937 random(11);
  std::vector<std::vector<std::size_t>> places(count);
  std::vector<std::vector<double>> expected(count);
  for (std::size_t i = 0; i < count; ++i) {
    places[i] = places_in(model.parameters()[i], random);
    for (const std::size_t place : places[i]) {
      constexpr double kStep = 2e-6;
      double& weight = reference.weights[i][place];
      const double middle = weight;
      weight = middle + kStep;
      const double above = value();
      weight = middle - kStep;
      const double below = value();
      weight = middle;
      expected[i].push_back((above - below) / (2 * kStep));
    }
  }

  for (const auto& [isa, precision] : amx_emulator::tested_levels()) {
    if (precision == Precision::int8) continue;
    TrainableModel trained = model_of(GetParam().folder, isa, precision);
    const Pass computed = pass(trained, masks(trained), GetParam().prompt_tokens);
    double all_wrong = 0, all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      double wrong = 0, length = 0;
      for (std::size_t k = 0; k < places[i].size(); ++k) {
        wrong += std::pow(computed.gradients[i][places[i][k]] - expected[i][k], 2);
        length += std::pow(expected[i][k], 2);
      }
      all_wrong += wrong;
      all += length;
      if (precision != Precision::f32) continue;
      const std::string name = std::string(kernels::name_of(isa)) + " " + trained.parameters()[i].name;
      // The softmax does not see what a key's bias adds: its gradient is zero but for rounding.
      const bool zero = name.ends_with("attention.self.key.bias");
      EXPECT_LE(std::sqrt(wrong), zero ? 1e-4 : 1e-5 * std::sqrt(length) + 1e-8) << name << ", length " << length;
    }
    // Rounded, a maximum may be another token's.
    const double tolerance = precision == Precision::f32 ? 1e-5 : GetParam().folder.ends_with("/max") ? 0.2 : 0.1;
    EXPECT_LE(std::sqrt(all_wrong / all), tolerance) << kernels::name_of(isa);
  }
}

TEST_P(GradientTest, HasTheSameBitsForAnyNumberOfThreads) {
  for (const auto& [isa, precision] : amx_emulator::tested_levels()) {
    if (precision == Precision::int8) continue;
    TrainableModel model = model_of(GetParam().folder, isa, precision);
    const Pass alone = pass(model, masks(model), GetParam().prompt_tokens);
    for (const unsigned threads : {2U, 3U}) {
      Team team(threads);
      const Pass together = pass(model, masks(model), GetParam().prompt_tokens, &team);
      EXPECT_EQ(together.vectors, alone.vectors);
      for (std::size_t i = 0; i < alone.gradients.size(); ++i) {
        EXPECT_EQ(together.gradients[i], alone.gradients[i]) << model.parameters()[i].name;
      }
    }
  }
}

TEST_P(GradientTest, ComesWithTheValuesThatServe) {
  for (const auto& [isa, precision] : amx_emulator::tested_levels()) {
    if (precision == Precision::int8) continue;
    TrainableModel model = model_of(GetParam().folder, isa, precision);
    const SentenceModel served = load_sentence_model(model.folder(), model.folder().modules, model.kernels());
    Pool pool;
    const Tensor vectors = served(nn::Run{model.kernels(), pool}, Batch().tokens(), GetParam().prompt_tokens);
    const std::vector<float> expected(vectors.data(), vectors.data() + vectors.rows() * vectors.columns());
    EXPECT_EQ(pass(model, nn::Masks{}, GetParam().prompt_tokens).vectors, expected) << kernels::name_of(isa);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GradientTest,
                         testing::Values(Case{"sentence_models/mean"}, Case{"sentence_models/mean", 0, true},
                                         Case{"sentence_models/cls"}, Case{"sentence_models/max"},
                                         Case{"sentence_models/lasttoken"}, Case{"sentence_models/weightedmean"},
                                         Case{"sentence_models/mean_sqrt_len_tokens"},
                                         Case{"sentence_models/concatenated"},
                                         Case{"sentence_models/prompt_left_out", 0}, Case{"sentence_models/relu"},
                                         Case{"sentence_models/gelu_new"}, Case{"sentence_models/old_names"},
                                         Case{"sentence_models/dense_tanh"}, Case{"sentence_models/dense_residual"},
                                         Case{"sentence_models/layer_norm"}, Case{"static_models/plain"},
                                         Case{"static_models/model2vec"}, Case{"static_models/dense"}),
                         [](const auto& test) {
                           std::string name = test.param.folder + (test.param.dropout ? "_dropout" : "");
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

std::uint64_t calls(const kernels::Profile& profile, std::string_view operation) {
  std::uint64_t sum = 0;
  for (const auto& entry : profile.entries()) {
    if (entry.operation.starts_with(operation)) sum += entry.calls;
  }
  return sum;
}

TEST(TrainableModel, ListsEveryTensorOnceUnderItsName) {
  TrainableModel model = model_of("sentence_models/dense_tanh");
  std::vector<std::string> names;
  for (const Parameter& parameter : model.parameters()) {
    names.push_back(parameter.name);
    const bool matrix = parameter.rows > 1;
    EXPECT_EQ(parameter.decays, matrix) << parameter.name;
    EXPECT_EQ(parameter.sparse, parameter.name == "embeddings.word_embeddings.weight");
  }
  EXPECT_EQ(names.size(), 5 + 2 * 16 + 2);
  EXPECT_EQ(names.front(), "embeddings.word_embeddings.weight");
  EXPECT_EQ(names[6], "encoder.layer.0.attention.self.query.bias");
  EXPECT_EQ(names.back(), "2_Dense/linear.bias");
  // Queries, keys and values of one product lie side by side.
  EXPECT_EQ(model.parameters()[5].values.data() + 32 * 32, model.parameters()[7].values.data());
  EXPECT_EQ(model.parameters()[5].gradient.data() + 32 * 32, model.parameters()[7].gradient.data());
}

TEST(TrainableModel, KnowsHowDeepAParameterLies) {
  TrainableModel model = model_of("sentence_models/dense_tanh");
  EXPECT_EQ(model.depth(), 3);
  for (const Parameter& parameter : model.parameters()) {
    const std::string& name = parameter.name;
    const std::size_t depth = name.starts_with("embeddings.")        ? 0
                              : name.starts_with("encoder.layer.0.") ? 1
                              : name.starts_with("encoder.layer.1.") ? 2
                                                                     : 3;
    EXPECT_EQ(parameter.depth, depth) << name;
  }
  EXPECT_EQ(model_of("static_models/dense").depth(), 0) << "nothing lies on another";
}

TEST(TrainableModel, StartsFreshWhereThereAreNoWeights) {
  const TemporaryFolder folder;
  copy_description(fixture("sentence_models/dense_tanh"), folder.path());
  const auto start = [&](std::uint64_t seed) {
    return TrainableModel(formats::read_sentence_folder(folder.path()), Isa::portable, Precision::f32,
                          FreshStart{.seed = seed});
  };
  TrainableModel model = start(1), same = start(1), other = start(2);
  const std::vector<float> vectors = pass(model, {}).vectors;
  EXPECT_EQ(pass(same, {}).vectors, vectors);
  EXPECT_NE(pass(other, {}).vectors, vectors);
  EXPECT_EQ(model.parameters()[6].name, "encoder.layer.0.attention.self.query.bias");

  model.save(folder.path() / "saved");
  TrainableModel saved(formats::read_sentence_folder(folder.path() / "saved"), Isa::portable, Precision::f32);
  EXPECT_EQ(pass(saved, {}).vectors, vectors);
}

TEST(TrainableModel, AFrozenParameterCostsNothing) {
  TrainableModel model = model_of("sentence_models/mean");
  nn::Masks masks;
  kernels::Profile whole;
  const Pass all = pass(model, masks, 0, nullptr, &whole);
  EXPECT_EQ(calls(whole, "attention gradient"), 2);
  EXPECT_EQ(calls(whole, "embeddings gradient"), 1);

  // The embeddings and the first layer; of the second the keys' bias and the queries' weights.
  const auto frozen = [](const std::string& name) {
    return name.starts_with("embeddings.") || name.starts_with("encoder.layer.0.") ||
           name == "encoder.layer.1.attention.self.key.bias" || name == "encoder.layer.1.attention.self.query.weight";
  };
  for (Parameter& parameter : model.parameters()) parameter.frozen = frozen(parameter.name);
  kernels::Profile part;
  const Pass some = pass(model, masks, 0, nullptr, &part);
  EXPECT_EQ(some.vectors, all.vectors);
  for (std::size_t i = 0; i < all.gradients.size(); ++i) {
    const std::string& name = model.parameters()[i].name;
    const std::vector<float> zero(all.gradients[i].size());
    EXPECT_EQ(some.gradients[i], frozen(name) ? zero : all.gradients[i]) << name;
  }
  EXPECT_EQ(calls(part, "attention gradient"), 1);
  EXPECT_EQ(calls(part, "embeddings gradient"), 0);
  EXPECT_EQ(calls(part, "linear input gradient"), 3);  // nothing flows below the second layer's first product
}

TEST(TrainableModel, KnowsTheRowsThatAGradientTouches) {
  TrainableModel model = model_of("sentence_models/mean");
  pass(model, {});
  pass(model, {});
  const Parameter& words = model.parameters()[0];
  const Batch batch;
  const std::set<std::uint32_t> ids(batch.ids.begin(), batch.ids.end());
  EXPECT_THAT(words.touched, testing::ElementsAreArray(ids));
  for (std::uint32_t row = 0; row < words.rows; ++row) {
    const bool zero = std::ranges::all_of(words.gradient_row(row), [](float value) { return value == 0; });
    EXPECT_EQ(zero, !ids.contains(row));
  }
}

TEST(TrainableModel, PassesOnOneTapeAddUpAndHaveMasksOfTheirOwn) {
  TrainableModel model = model_of("sentence_models/mean");
  const Batch batch;
  Pool pool;
  Tape tape({model.kernels(), pool});
  nn::Masks masks = model.masks(1, 1);
  const nn::Training training = model.training(tape, masks);
  const Variable first = model(training, batch.tokens());
  const Variable second = model(training, batch.tokens());
  EXPECT_FALSE(std::ranges::equal(first.value().row(0), second.value().row(0)));
  masks.site = 0;  // the same masks once more
  EXPECT_TRUE(std::ranges::equal(first.value().row(0), model(training, batch.tokens()).value().row(0)));
}

TEST(TrainableModel, AStepLikeTheOneBeforeAllocatesNothing) {
  TrainableModel model = model_of("sentence_models/dense_residual");
  const Batch batch;
  Pool pool;
  Tape tape({model.kernels(), pool});
  std::size_t bytes = 0;
  for (int step = 0; step < 4; ++step) {
    nn::Masks masks = model.masks(1, static_cast<std::uint64_t>(step));
    const Variable vectors = model(model.training(tape, masks), batch.tokens());
    Tensor gradient = tape.tensor(vectors.rows(), vectors.columns());
    std::fill_n(gradient.data(), vectors.rows() * vectors.columns(), 1.0f);
    tape.backward(vectors, gradient);
    tape.clear();
    if (step == 0) bytes = pool.bytes();
    EXPECT_EQ(pool.bytes(), bytes) << "step " << step;
  }
}

TEST(TrainableModel, KeepsOfATokenOnlyWhatItsGradientNeeds) {
  TrainableModel model = model_of("sentence_models/mean", kernels::choose_isa());
  const BertConfig& config = std::get<Pooled<Bert>>(model.model().encoder).encoder.config;
  constexpr std::size_t kTexts = 100, kLength = 40, kTokens = kTexts * kLength;
  const std::vector<std::int32_t> ids(kTokens, 5);
  std::vector<std::uint32_t> offsets;
  for (std::uint32_t text = 0; text <= kTexts; ++text) offsets.push_back(text * kLength);
  Pool pool;
  Tape tape({model.kernels(), pool});
  nn::Masks masks = model.masks(1, 1);
  const Variable vectors = model(model.training(tape, masks), {ids, {}, offsets});
  Tensor gradient = tape.tensor(vectors.rows(), vectors.columns());
  std::fill_n(gradient.data(), vectors.rows() * vectors.columns(), 1.0f);
  const std::size_t forward = pool.bytes();
  tape.backward(vectors, gradient);

  // Of a layer: queries, keys and values; what the heads make of them; the sums that go into the activation; the normal
  // forms of both norms. Of the embeddings their normal form.
  const std::size_t d = config.model, e = config.inner;
  const std::size_t kept = config.layers * (6 * d + e) + d;
  const auto of_a_token = [](std::size_t bytes) { return bytes / sizeof(float) / kTokens; };
  EXPECT_GE(of_a_token(forward), kept);
  EXPECT_LE(of_a_token(forward), kept + d + e + 8);  // the last layer's output, an activation; of a norm its scales
  EXPECT_LE(of_a_token(pool.bytes()), kept + 4 * d + e + 16);  // and gradients of a layer
}

TEST(TrainableModel, RefusesToTrainInInt8) {
  EXPECT_THROW(model_of("sentence_models/mean", Isa::portable, Precision::int8), ArgumentError);
}

class SavingTest : public testing::TestWithParam<const char*> {};

TEST_P(SavingTest, WhatIsSavedIsWhatWasTrained) {
  TrainableModel model = model_of(GetParam());
  Pool pool;
  const nn::Run run{model.kernels(), pool};
  const auto vectors = [&](const SentenceModel& served) {
    const Tensor computed = served(run, Batch().tokens());
    return std::vector<float>(computed.data(), computed.data() + computed.rows() * computed.columns());
  };
  const std::vector<float> before = vectors(model.model());
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.01f);
  for (Parameter& parameter : model.parameters()) {
    for (float& value : parameter.values) value += normal(random);
  }
  model.refresh(run);
  const std::vector<float> after = vectors(model.model());
  EXPECT_NE(before, after);

  const TemporaryFolder folder;
  for (int time = 0; time < 2; ++time) {  // the second replaces the first
    model.save(folder / "model");
    const formats::SentenceFolder saved = formats::read_sentence_folder(folder / "model");
    EXPECT_EQ(vectors(load_sentence_model(saved, saved.modules, model.kernels())), after);
  }

  // In the older schema, with every tensor that the source has.
  const std::filesystem::path source = fixture(GetParam());
  EXPECT_THAT(read_file(folder / "model" / "modules.json"), testing::HasSubstr("\"sentence_transformers.models."));
  if (!model.folder().contextual) return;
  const std::string pooling = read_file(folder / "model/1_Pooling/config.json");
  const bool sayable = std::string_view(GetParam()) != "sentence_models/concatenated";  // last token, then mean
  EXPECT_EQ(pooling.find("pooling_mode_mean_tokens") != std::string::npos, sayable);
  EXPECT_EQ(pooling.find("pooling_mode\"") == std::string::npos, sayable);
  EXPECT_THAT(read_file(folder / "model/sentence_bert_config.json"), testing::HasSubstr("max_seq_length"));
  const formats::StoredWeights old = formats::StoredWeights::open(source),
                               saved = formats::StoredWeights::open(folder / "model");
  for (const auto& [name, tensor] : old.tensors()) {
    EXPECT_EQ(saved.at(name).shape, tensor.shape) << name;
    const bool read = name.find("pooler.") == std::string::npos && !name.ends_with("position_ids");
    EXPECT_EQ(saved.at(name).dtype, read ? DType::f32 : tensor.dtype) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, SavingTest,
                         testing::Values("sentence_models/mean", "sentence_models/f16", "sentence_models/sharded",
                                         "sentence_models/old_names", "sentence_models/no_modules",
                                         "sentence_models/concatenated", "sentence_models/older_concatenated",
                                         "sentence_models/dense_tanh", "sentence_models/dense_residual",
                                         "sentence_models/layer_norm", "sentence_models/older_dense",
                                         "static_models/model2vec", "static_models/dense"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::ranges::replace(name, '/', '_');
                           return name;
                         });

}  // namespace
}  // namespace mana::models
