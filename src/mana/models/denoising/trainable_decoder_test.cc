// The decoder that a sentence model learns with: its gradients and the model's are those of the equations in double.
#include "mana/models/denoising/trainable_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "mana/base/errors.h"
#include "mana/models/sentence/reference_model.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using autograd::Parameter;
using kernels::Isa;
using kernels::Precision;
using reference::Values;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFixtures = fixture_path();

TrainableModel open(const char* name, Isa isa = Isa::portable, Precision precision = Precision::f32) {
  return {formats::read_sentence_folder(kFixtures / name), isa, precision};
}

/// Three texts, thinned and whole.
struct Texts {
  std::vector<std::int32_t> thinned = {2, 17, 5, 3, 2, 40, 3, 2, 6, 6, 80, 3};
  std::vector<std::uint32_t> thinned_offsets = {0, 4, 7, 12};
  std::vector<std::int32_t> targets = {2, 17, 9, 5, 2, 40, 2, 6, 71, 6, 80, 12};
  std::vector<std::uint32_t> target_offsets = {0, 4, 6, 12};
  std::vector<std::uint32_t> labels = {17, 9, 5, 3, 40, 3, 6, 71, 6, 80, 12, 3};

  nn::TokenBatch source() const { return {thinned, {}, thinned_offsets}; }
  nn::TokenBatch target() const { return {targets, {}, target_offsets}; }
};

/// The equations of tied_decoder.h in double, with an attention to the vector that has its softmax.
class ReferenceDecoder {
 public:
  ReferenceDecoder(TrainableModel& model, TrainableDecoder& decoder)
      : encoder(model), config_(std::get<Pooled<Bert>>(model.model().encoder).encoder.config) {
    for (std::size_t i = 0; i < encoder.weights.size(); ++i) {
      weights["bert." + model.parameters()[i].name] = &encoder.weights[i];
    }
    for (const Parameter& parameter : decoder.parameters()) {
      own_[parameter.name] = Values(parameter.values.begin(), parameter.values.end());
      weights[parameter.name] = &own_[parameter.name];
    }
  }

  ReferenceModel encoder;
  std::map<std::string, Values*> weights;  ///< by their names in one checkpoint

  double loss(const Texts& texts, nn::Masks masks) {
    const Values vectors = encoder(texts.source(), masks);
    masks.site = static_cast<std::uint32_t>(1 + 3 * config_.layers);  // behind those of the encoder
    masks_ = masks;
    const nn::TokenBatch batch = texts.target();
    rows_ = batch.tokens();
    Values y = embedded(batch);
    for (std::size_t i = 0; i < config_.layers; ++i) {
      const std::string layer = "bert.encoder.layer." + std::to_string(i) + ".";
      const std::string self = layer + "attention.self.", cross = layer + "crossattention.";
      const reference::Attention before{batch.offsets, batch.offsets, config_.heads, kernels::Reach::causal(),
                                        masks_.next(masks_.attention)};
      y = behind(linear(before(linear(y, self + "query"), linear(y, self + "key"), linear(y, self + "value")),
                        layer + "attention.output.dense"),
                 y, layer + "attention.output.LayerNorm");
      std::vector<std::uint32_t> one(batch.texts() + 1);
      std::iota(one.begin(), one.end(), 0U);
      rows_ = batch.texts();
      const Values value = linear(vectors, cross + "self.value");
      rows_ = batch.tokens();
      const reference::Attention to_vector{batch.offsets, one, config_.heads};  // whatever the keys are
      y = behind(linear(to_vector(y, value, value), cross + "output.dense"), y, cross + "output.LayerNorm");
      y = behind(linear(linear(y, layer + "intermediate.dense", config_.activation), layer + "output.dense"), y,
                 layer + "output.LayerNorm");
    }
    Values h = linear(y, "cls.predictions.transform.dense", config_.activation);
    norm(h, "cls.predictions.transform.LayerNorm");
    const Values logits =
        reference::linear(h, rows_, w("bert.embeddings.word_embeddings.weight"), w("cls.predictions.bias"));
    double sum = 0;
    for (std::size_t t = 0; t < rows_; ++t) {
      double exponentials = 0;
      const double* const row = logits.data() + t * config_.vocabulary;
      for (std::size_t k = 0; k < config_.vocabulary; ++k) exponentials += std::exp(row[k]);
      sum += std::log(exponentials) - row[texts.labels[t]];
    }
    return sum;
  }

 private:
  const Values& w(const std::string& name) const { return *weights.at(name); }
  Values linear(const Values& x, const std::string& map, kernels::Activation f = kernels::Activation::identity) const {
    return reference::linear(x, rows_, w(map + ".weight"), w(map + ".bias"), f);
  }
  void norm(Values& x, const std::string& name) const {
    reference::norm(x, w(name + ".weight"), w(name + ".bias"), config_.norm_epsilon);
  }
  Values behind(Values branch, const Values& x, const std::string& name) {
    reference::drop(branch, config_.model, masks_.next(masks_.hidden));
    reference::add(branch, x);
    norm(branch, name);
    return branch;
  }
  Values embedded(const nn::TokenBatch& batch) {
    const std::string of = "bert.embeddings.";
    const Values &word = w(of + "word_embeddings.weight"), &position = w(of + "position_embeddings.weight"),
                 &type = w(of + "token_type_embeddings.weight");
    const std::size_t model = config_.model;
    Values x(rows_ * model);
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        for (std::size_t i = 0; i < model; ++i) {
          x[t * model + i] = word[static_cast<std::size_t>(batch.ids[t]) * model + i] + type[i] +
                             position[(t - batch.offsets[text]) * model + i];
        }
      }
    }
    norm(x, of + "LayerNorm");
    reference::drop(x, model, masks_.next(masks_.hidden));
    return x;
  }

  const BertConfig& config_;
  std::map<std::string, Values> own_;
  nn::Masks masks_;
  std::size_t rows_ = 0;
};

/// A model and its decoder, whose biases are no zeros, so that one that is forgotten is seen.
struct Trained {
  Trained(Isa isa, Precision precision) : model(open("sentence_models/mean", isa, precision)), decoder(model, 5) {
    std::mt19937 random(3);
    std::normal_distribution<float> noise(0, 0.2f);
    for (Parameter& parameter : decoder.parameters()) {
      if (parameter.rows == 1) std::ranges::for_each(parameter.values, [&](float& value) { value += noise(random); });
    }
    Pool pool;
    decoder.refresh({model.kernels(), pool});
  }

  /// The gradients of the losses' sum, which is returned.
  double pass(Team* team = nullptr) {
    const Texts texts;
    Pool pool;
    autograd::Tape tape({model.kernels(), pool, team});
    nn::Masks masks = model.masks(7, 3);
    const nn::Training training = decoder.training(tape, masks);
    const autograd::Variable losses =
        decoder.losses(training, model(training, texts.source()), texts.target(), texts.labels);
    const double sum = std::accumulate(losses.value().data(), losses.value().data() + losses.rows(), 0.0);
    Tensor gradient = tape.tensor(losses.rows(), 1);
    std::fill_n(gradient.data(), losses.rows(), 1.0f);
    tape.backward(losses, gradient);
    return sum;
  }

  std::vector<float> gradients() {
    std::vector<float> all;
    for (const auto parameters : {model.parameters(), decoder.parameters()}) {
      for (const Parameter& parameter : parameters) {
        all.insert(all.end(), parameter.gradient.begin(), parameter.gradient.end());
      }
    }
    return all;
  }

  TrainableModel model;
  TrainableDecoder decoder;
};

TEST(TrainableDecoder, GradientsAreThoseOfTheDefinitionByCentralDifferences) {
  for (const Isa isa : kernels::available_isas()) {
    Trained trained(isa, Precision::f32);
    ReferenceDecoder reference(trained.model, trained.decoder);
    const Texts texts;
    const auto value = [&] { return reference.loss(texts, trained.model.masks(7, 3)); };
    EXPECT_NEAR(trained.pass(), value(), 1e-5 * value());
    std::mt19937 random(11);
    std::size_t compared = 0;
    const auto compare = [&](const Parameter& parameter, const std::string& name) {
      double wrong = 0, length = 0;
      for (int i = 0; i < 12; ++i) {
        constexpr double kStep = 2e-6;
        // Of tables, rows that are there.
        const std::size_t place = random() % std::min(parameter.size(), parameter.columns * (i % 2 == 0 ? 4 : 99));
        double& weight = (*reference.weights.at(name))[place];
        const double middle = weight;
        weight = middle + kStep;
        const double above = value();
        weight = middle - kStep;
        const double slope = (above - value()) / (2 * kStep);
        weight = middle;
        wrong += std::pow(parameter.gradient[place] - slope, 2);
        length += std::pow(slope, 2);
      }
      // The softmax does not see what a key's bias adds: its gradient is zero but for rounding.
      const bool zero = name.ends_with("key.bias");
      EXPECT_LE(std::sqrt(wrong), zero ? 1e-4 : 2e-5 * std::sqrt(length) + 1e-6)
          << kernels::name_of(isa) << ", " << name;
      ++compared;
    };
    for (const Parameter& parameter : trained.model.parameters()) compare(parameter, "bert." + parameter.name);
    for (const Parameter& parameter : trained.decoder.parameters()) compare(parameter, parameter.name);
    EXPECT_EQ(compared, reference.weights.size());
  }
}

TEST(TrainableDecoder, GradientsHaveTheSameBitsForAnyNumberOfThreads) {
  for (const Precision precision : {Precision::f32, kernels::automatic_precision(kernels::choose_isa())}) {
    Trained alone(kernels::choose_isa(), precision);
    const double loss = alone.pass();
    for (const unsigned threads : {2U, 3U}) {
      Team team(threads);
      Trained together(kernels::choose_isa(), precision);
      EXPECT_EQ(together.pass(&team), loss);
      EXPECT_EQ(together.gradients(), alone.gradients());
    }
  }
}

TEST(TrainableDecoder, TheWordTableIsTheModelsAndDense) {
  TrainableModel model = open("sentence_models/mean");
  EXPECT_TRUE(model.parameters()[0].sparse);
  TrainableDecoder decoder(model, 1);
  EXPECT_EQ(model.parameters()[0].name, "embeddings.word_embeddings.weight");
  EXPECT_FALSE(model.parameters()[0].sparse);
  for (const Parameter& parameter : decoder.parameters()) {
    EXPECT_EQ(parameter.name.find("word_embeddings"), std::string::npos) << parameter.name;
  }
}

TEST(TrainableDecoder, TakesWhatTheFolderHasAndDrawsTheRest) {
  TrainableModel bare = open("sentence_models/mean"), head = open("masked_training/words");
  TrainableDecoder fresh(bare, 1), same(bare, 1), other(bare, 2), found(head, 1);
  const auto values = [](TrainableDecoder& decoder, std::string_view name) {
    const auto parameter = std::ranges::find(decoder.parameters(), name, &Parameter::name);
    return std::vector<float>(parameter->values.begin(), parameter->values.end());
  };
  const auto value = "bert.encoder.layer.0.crossattention.self.value.weight";
  EXPECT_EQ(values(fresh, value), values(same, value));
  EXPECT_NE(values(fresh, value), values(other, value));
  const auto stored = formats::StoredWeights::open(kFixtures / "masked_training/words");
  const auto transform = "cls.predictions.transform.dense.weight";
  EXPECT_EQ(values(found, transform), stored.f32(transform, stored.at(transform).shape));
}

TEST(TrainableDecoder, AModelWithoutLayersIsRefused) {
  TrainableModel table = open("static_models/plain");
  EXPECT_THAT([&] { TrainableDecoder(table, 1); }, ThrowsMessage<ArgumentError>(HasSubstr("has no layers")));
}

}  // namespace
}  // namespace mana::models
