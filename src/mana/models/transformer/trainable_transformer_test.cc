// The encoder–decoder in training: its gradients are those of the definition in double, for every kind of it, at every
// level and on any number of threads.
#include "mana/models/transformer/trainable_transformer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "amx_emulator/levels.h"
#include "mana/autograd/operations.h"
#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/transformer/reference_transformer.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::models {
namespace {

using autograd::Parameter;
using autograd::Tape;
using autograd::Variable;
using kernels::Isa;
using kernels::Precision;

constexpr float kSmoothing = 0.1f;

struct Case {
  std::string name;
  TransformerConfig config;
};

TransformerConfig small() {
  TransformerConfig config;
  config.source_vocabulary = config.target_vocabulary = 23;
  config.positions = 12;
  config.model = 16;
  config.encoder = {2, 2, 24};
  config.decoder = {1, 4, 20};
  config.pad = config.start = 22;
  config.dropout = config.attention_dropout = 0;
  return config;
}

std::vector<Case> cases() {
  std::vector<Case> cases = {{"PostNorm", small()}};
  const auto add = [&](const std::string& name, const auto& change) {
    TransformerConfig config = small();
    change(config);
    cases.push_back({name, config});
  };
  add("Dropout", [](auto& config) { config.dropout = 0.2f, config.attention_dropout = 0.3f; });
  add("PreNorm", [](auto& config) { config.norm = nn::NormPlace::before, config.last_norms = true; });
  add("PreNormDropout", [](auto& config) { config.norm = nn::NormPlace::before, config.dropout = 0.2f; });
  add("NoPositions", [](auto& config) { config.position_kind = TransformerConfig::PositionKind::none; });
  add("TrainedPositions", [](auto& config) { config.position_kind = TransformerConfig::PositionKind::trained; });
  add("Interleaved", [](auto& config) {
    config.sinusoids = {nn::SinusoidShape::Order::interleaved, nn::SinusoidShape::Last::half_width_less_one, 1};
  });
  add("TwoTablesTied", [](auto& config) { config.one_table = false, config.source_vocabulary = 31; });
  add("TwoTables", [](auto& config) { config.one_table = config.tied_output = false; });
  add("OneTableUntied", [](auto& config) { config.tied_output = false, config.scale_embedding = false; });
  add("Neighbours", [](auto& config) { config.neighbours = 2; });
  add("WideHeadsNoBias", [](auto& config) { config.head_width = 12, config.attention_bias = false; });
  add("Silu", [](auto& config) { config.activation = kernels::Activation::silu, config.activation_name = "silu"; });
  return cases;
}

/// Pairs of 7 and 5, 1 and 1, 4 and 9 tokens.
struct Pairs {
  std::vector<std::int32_t> source = {2, 17, 5, 4, 17, 20, 0, 0, 2, 6, 6, 0};
  std::vector<std::uint32_t> source_offsets = {0, 7, 8, 12};
  std::vector<std::int32_t> target = {22, 5, 9, 12, 1, 22, 22, 7, 12, 7, 1, 20, 3, 2, 2};
  std::vector<std::uint32_t> target_offsets = {0, 5, 6, 15};
  std::vector<std::uint32_t> labels = {5, 9, 12, 1, 0, 0, 7, 12, 7, 1, 20, 3, 2, 2, 0};

  nn::TokenBatch sources() const { return {source, {}, source_offsets}; }
  nn::TokenBatch targets() const { return {target, {}, target_offsets}; }
};

struct Pass {
  std::vector<float> losses;
  std::vector<std::vector<float>> gradients;  ///< of every parameter
};

/// The gradient of the losses' sum.
Pass pass(TrainableTransformer& model, Team* team = nullptr) {
  for (Parameter& parameter : model.parameters()) std::ranges::fill(parameter.gradient, 0.0f);
  const Pairs pairs;
  Pool pool;
  Tape tape({model.kernels(), pool, team});
  nn::Masks masks = model.masks(7, 3);
  const Variable losses =
      model.losses(model.training(tape, masks), pairs.sources(), pairs.targets(), pairs.labels, kSmoothing);
  Pass result{{losses.value().data(), losses.value().data() + losses.rows()}, {}};
  Tensor gradient = tape.tensor(losses.rows(), 1);
  std::fill_n(gradient.data(), losses.rows(), 1.0f);
  tape.backward(losses, gradient);
  for (const Parameter& parameter : model.parameters()) {
    result.gradients.emplace_back(parameter.gradient.begin(), parameter.gradient.end());
  }
  return result;
}

class TransformerGradientTest : public testing::TestWithParam<Case> {
 protected:
  TrainableTransformer model_of(Isa isa = Isa::portable, Precision precision = Precision::f32) const {
    TrainableTransformer model(GetParam().config, 5, isa, precision);
    std::mt19937 random(3);
    std::normal_distribution<float> noise(0, 0.2f);
    for (Parameter& parameter : model.parameters()) {  // so that a bias that is forgotten is seen
      if (parameter.rows == 1) std::ranges::for_each(parameter.values, [&](float& value) { value += noise(random); });
    }
    Pool pool;
    model.refresh({model.kernels(), pool});
    return model;
  }
};

/// Some places of a parameter, and the derivatives of the losses' sum there.
struct Slopes {
  std::vector<std::size_t> places;
  std::vector<double> expected;
};

TEST_P(TransformerGradientTest, IsThatOfTheDefinitionByCentralDifferences) {
  TrainableTransformer model = model_of();
  ReferenceTransformer reference(model);
  const Pairs pairs;
  const auto value = [&] {
    const auto losses = reference.losses(pairs.sources(), pairs.targets(), pairs.labels, kSmoothing, model.masks(7, 3));
    return std::accumulate(losses.begin(), losses.end(), 0.0);
  };
  std::mt19937 random(11);
  std::vector<Slopes> slopes;
  for (const Parameter& parameter : model.parameters()) {
    Slopes& own = slopes.emplace_back();
    for (int i = 0; i < 12; ++i) {
      constexpr double kStep = 2e-6;
      const bool places = parameter.name.ends_with("embed_positions.weight");
      const std::size_t place = random() % (places ? 4 * parameter.columns : parameter.size());
      double& weight = reference.weights.at(parameter.name)[place];
      const double middle = weight;
      weight = middle + kStep;
      const double above = value();
      weight = middle - kStep;
      const double below = value();
      weight = middle;
      own.places.push_back(place);
      own.expected.push_back((above - below) / (2 * kStep));
    }
  }

  for (const auto& [isa, precision] : amx_emulator::tested_levels()) {
    if (precision == Precision::int8) continue;
    TrainableTransformer trained = model_of(isa, precision);
    const Pass computed = pass(trained);
    double all_wrong = 0, all = 0;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      const Parameter& parameter = trained.parameters()[i];
      if (parameter.frozen) continue;
      const bool looked_up = !parameter.frozen && parameter.name.find("embed_tokens") != std::string::npos;
      double wrong = 0, length = 0;
      for (std::size_t k = 0; k < slopes[i].places.size(); ++k) {
        const std::size_t place = slopes[i].places[k];
        if ((looked_up || parameter.name == "model.shared.weight") && place / parameter.columns == 22) continue;
        wrong += std::pow(computed.gradients[i][place] - slopes[i].expected[k], 2);
        length += std::pow(slopes[i].expected[k], 2);
      }
      all_wrong += wrong;
      all += length;
      if (precision != Precision::f32) continue;
      // The softmax does not see what a key's bias adds: its gradient is zero but for rounding.
      const bool zero = parameter.name.ends_with("k_proj.bias");
      EXPECT_LE(std::sqrt(wrong), zero ? 1e-4 : 1e-5 * std::sqrt(length) + 1e-7)
          << kernels::name_of(isa) << " " << parameter.name << ", length " << length;
    }
    EXPECT_LE(std::sqrt(all_wrong / all), precision == Precision::f32 ? 1e-5 : 0.1) << kernels::name_of(isa);
  }
}

TEST_P(TransformerGradientTest, HasTheSameBitsForAnyNumberOfThreads) {
  for (const auto& [isa, precision] : amx_emulator::tested_levels()) {
    if (precision == Precision::int8) continue;
    TrainableTransformer model = model_of(isa, precision);
    const Pass alone = pass(model);
    for (const unsigned threads : {2U, 3U}) {
      Team team(threads);
      const Pass together = pass(model, &team);
      EXPECT_EQ(together.losses, alone.losses);
      EXPECT_EQ(together.gradients, alone.gradients);
    }
  }
}

TEST_P(TransformerGradientTest, WhatIsSavedIsWhatWasTrained) {
  const TemporaryFolder folder;
  TrainableTransformer model = model_of();
  model.save_into(folder.path());
  TrainableTransformer again(folder.path(), Isa::portable, Precision::f32);
  EXPECT_EQ(again.config(), model.config());
  EXPECT_EQ(pass(again).losses, pass(model).losses);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TransformerGradientTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

TEST(TrainableTransformer, ThePadsVectorIsNotTrainedByLookups) {
  TransformerConfig config = small();
  config.tied_output = false;
  TrainableTransformer model(config, 1, Isa::portable, Precision::f32);
  const Pass computed = pass(model);
  const auto table = std::ranges::find(model.parameters(), "model.shared.weight", &Parameter::name);
  ASSERT_NE(table, model.parameters().end());
  EXPECT_TRUE(std::ranges::all_of(table->gradient_row(22), [](float slope) { return slope == 0; }));
  EXPECT_TRUE(std::ranges::any_of(table->gradient_row(17), [](float slope) { return slope != 0; }));
  EXPECT_TRUE(std::ranges::all_of(table->row(22), [](float value) { return value == 0; }));
}

TEST(TrainableTransformer, TheLogitsBiasStays) {
  TrainableTransformer model(small(), 1, Isa::portable, Precision::f32);
  const auto bias = std::ranges::find(model.parameters(), "final_logits_bias", &Parameter::name);
  ASSERT_NE(bias, model.parameters().end());
  EXPECT_TRUE(bias->frozen);
}

TEST(TrainableTransformer, WhatCannotBeIsRefused) {
  const auto refuses = [](const auto& change) {
    TransformerConfig config = small();
    change(config);
    EXPECT_THROW(TrainableTransformer(config, 1, Isa::portable, Precision::f32), ArgumentError);
  };
  refuses([](auto& config) { config.encoder.heads = 3; });
  refuses([](auto& config) { config.decoder.heads = 0; });
  refuses([](auto& config) { config.model = 2; });
  refuses([](auto& config) { config.source_vocabulary = 24; });
  refuses([](auto& config) { config.start = 23; });
  refuses([](auto& config) { config.end = -1; });
  EXPECT_THROW(TrainableTransformer(small(), 1, Isa::portable, Precision::int8), ArgumentError);
}

}  // namespace
}  // namespace mana::models
