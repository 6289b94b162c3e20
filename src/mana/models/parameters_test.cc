// Models of parts that no family here has: a linear map without bias, a norm without shift, and a table that is looked
// up and multiplied. They run, train, are written, read and packed through the one list of parts.
#include "mana/models/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <stdexcept>

#include "mana/base/temporary_folder.h"
#include "mana/models/fresh_weights.h"
#include "mana/models/names.h"
#include "mana/models/packed_parts.h"
#include "mana/models/weight_reader.h"

namespace mana::models {
namespace {

using autograd::Parameter;
using autograd::Tape;
using autograd::Variable;
using testing::ElementsAre;

constexpr std::size_t kWords = 6, kModel = 5;
constexpr float kEpsilon = 1e-5f;

/// x_t = word[id_t],   z = LayerNorm(x + x Wᵀ),   y = z wordᵀ + b: what a masked language model ends in.
struct Tied {
  nn::EmbeddingTable word{kWords, kModel};
  nn::Linear mix;
  nn::LayerNorm norm{std::vector<float>(kModel), std::vector<float>(kModel), kEpsilon, false};
  nn::Linear decoder;

  explicit Tied(const kernels::WeightLayout& layout)
      : mix{kernels::MatrixWeights(kModel, kModel, layout), false},
        decoder{kernels::MatrixWeights(kWords, kModel, layout)} {}

  static void parts(auto& self, auto&& visit) {
    visit("word", self.word, nn::ByToken());
    visit("mix", self.mix);
    visit("norm", self.norm);
    visit("decoder", self.decoder);
  }

  Tensor embed(const nn::Run& run, std::span<const std::int32_t> ids) const {
    Tensor x = run.tensor(ids.size(), kModel);
    for (std::size_t t = 0; t < ids.size(); ++t) {
      std::ranges::fill(x.row(t), 0.0f);
      word.add(static_cast<std::size_t>(ids[t]), x.row(t));
    }
    return x;
  }
  Variable embed(const nn::Training& training, std::span<const std::int32_t> ids) const {
    return training.tape.record(embed(training.run(), ids), [this, training, ids](const Tensor& dx) {
      add_lookup_gradient(training, word, ids, dx);
    });
  }

  auto operator()(const auto& run, std::span<const std::int32_t> ids) const {
    const auto x = embed(run, ids);
    return decoder(run, norm(run, x, mix(run, x)));
  }
};

constexpr PartNames kTiedParts[] = {{"word", {"embeddings.word_embeddings"}},
                                    {"mix", {"mix.dense"}},
                                    {"norm", {"mix.LayerNorm"}},
                                    {"decoder.weight", {"embeddings.word_embeddings.weight"}},
                                    {"decoder.bias", {"predictions.bias"}}};
constexpr PartNames kUntiedParts[] = {
    {"word", {"word"}}, {"mix", {"mix"}}, {"norm", {"norm"}}, {"decoder", {"decoder"}}};
constexpr NameTable kTiedNames(kTiedParts, ""), kUntiedNames(kUntiedParts, "");

/// Tensors by their names alone.
auto tensors_by(const NameTable& names) {
  return [&names](const std::string& part, const auto& weights) {
    std::vector<FileTensor> tensors;
    for (PartTensor& tensor : names.tensors(part, weights)) {
      tensors.push_back({"", tensor.name, tensor.shape, tensor.bias, tensor.name});
    }
    return tensors;
  };
}

/// A model that trains, with values of its own.
struct Trained {
  explicit Trained(const NameTable& names, std::uint64_t seed = 3)
      : model(kernels.layout), parameters(make_parameters(model, tensors_by(names))) {
    nn::walk(model, FreshWeights(parameters->parts, seed, 0.5f));
    nn::walk(model, TableViews(parameters));
    refresh();
  }
  void refresh() {
    Pool pool;
    const nn::Run run{kernels, pool};
    nn::walk(model, Refresh(parameters->parts, run));
  }
  Parameter& operator[](std::string_view name) {
    const auto found = std::ranges::find(parameters->list, name, &Parameter::name);
    if (found == parameters->list.end()) throw std::out_of_range(std::string(name));
    return *found;
  }

  const kernels::Table& kernels = kernels::table(kernels::Isa::portable, kernels::Precision::f32);
  Tied model;
  std::shared_ptr<Parameters> parameters;
};

const std::vector<std::int32_t> kIds = {4, 1, 4, 2};

std::vector<float> loss_gradient() {
  std::vector<float> c(kIds.size() * kWords);
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = std::sin(static_cast<float>(i) + 1);
  return c;
}

/// The gradients of L = Σ c ∘ y; gives y.
std::vector<float> pass(Trained& trained) {
  for (Parameter& parameter : trained.parameters->list) std::ranges::fill(parameter.gradient, 0.0f);
  Pool pool;
  Tape tape({trained.kernels, pool});
  nn::Masks masks;
  const Variable y = trained.model(nn::Training{tape, trained.parameters->parts, masks}, kIds);
  const std::size_t size = y.rows() * y.columns();
  std::vector<float> values(y.value().data(), y.value().data() + size);
  Tensor dy = tape.tensor(y.rows(), y.columns());
  std::ranges::copy(loss_gradient(), dy.data());
  tape.backward(y, dy);
  return values;
}

std::vector<float> serve(const Tied& model, const kernels::Table& kernels) {
  Pool pool;
  const Tensor y = model(nn::Run{kernels, pool}, kIds);
  return {y.data(), y.data() + y.rows() * y.columns()};
}

/// The same loss in double, by the equation alone.
double loss(const Trained& trained, const std::vector<std::vector<double>>& weights) {
  const auto of = [&](std::string_view name) -> const std::vector<double>& {
    const auto& list = trained.parameters->list;
    return weights[static_cast<std::size_t>(std::ranges::find(list, name, &Parameter::name) - list.begin())];
  };
  const std::vector<double>&word = of("embeddings.word_embeddings.weight"), &w = of("mix.dense.weight"),
        &gamma = of("mix.LayerNorm.weight"), &b = of("predictions.bias");
  const std::vector<float> c = loss_gradient();
  double sum = 0;
  for (std::size_t t = 0; t < kIds.size(); ++t) {
    const double* const x = word.data() + static_cast<std::size_t>(kIds[t]) * kModel;
    std::vector<double> h(x, x + kModel);
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < kModel; ++i) {
      for (std::size_t k = 0; k < kModel; ++k) h[i] += w[i * kModel + k] * x[k];
      mean += h[i] / kModel;
    }
    for (const double value : h) variance += (value - mean) * (value - mean) / kModel;
    for (std::size_t word_id = 0; word_id < kWords; ++word_id) {
      double y = b[word_id];
      for (std::size_t i = 0; i < kModel; ++i) {
        y += (h[i] - mean) / std::sqrt(variance + double{kEpsilon}) * gamma[i] * word[word_id * kModel + i];
      }
      sum += double{c[t * kWords + word_id]} * y;
    }
  }
  return sum;
}

TEST(Parameters, OneForEachTensorWhateverPartsReadIt) {
  Trained tied(kTiedNames);
  std::vector<std::string> names;
  for (const Parameter& parameter : tied.parameters->list) names.push_back(parameter.name);
  EXPECT_THAT(names, ElementsAre("embeddings.word_embeddings.weight", "mix.dense.weight", "mix.LayerNorm.weight",
                                 "predictions.bias"));
  const nn::TrainedParts& parts = tied.parameters->parts;
  EXPECT_EQ(parts.of(tied.model.word).table, parts.of(tied.model.decoder).weights.front());
  EXPECT_TRUE(parts.of(tied.model.mix).biases.empty());
  EXPECT_EQ(parts.of(tied.model.norm).beta, nullptr);
  Trained untied(kUntiedNames);
  EXPECT_EQ(untied.parameters->list.size(), 5);
}

TEST(Parameters, ATableThatIsMultipliedIsDense) {
  EXPECT_FALSE(Trained(kTiedNames)["embeddings.word_embeddings.weight"].sparse);
  EXPECT_TRUE(Trained(kUntiedNames)["word.weight"].sparse);
}

TEST(Parameters, GradientsWithoutBiasAndShiftAreThoseOfTheDefinition) {
  Trained trained(kTiedNames);
  for (float& value : trained["predictions.bias"].values) value = 0.25f;
  trained.refresh();
  pass(trained);
  std::vector<std::vector<double>> weights;
  for (const Parameter& parameter : trained.parameters->list) {
    weights.emplace_back(parameter.values.begin(), parameter.values.end());
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    for (std::size_t place = 0; place < weights[i].size(); ++place) {
      constexpr double kStep = 1e-5;
      const double middle = weights[i][place];
      weights[i][place] = middle + kStep;
      const double above = loss(trained, weights);
      weights[i][place] = middle - kStep;
      const double below = loss(trained, weights);
      weights[i][place] = middle;
      EXPECT_NEAR(trained.parameters->list[i].gradient[place], (above - below) / (2 * kStep), 2e-5)
          << trained.parameters->list[i].name << " " << place;
    }
  }
}

TEST(Parameters, TheGradientOfTiedPartsIsTheSumOfTheirs) {
  Trained tied(kTiedNames), untied(kUntiedNames);
  Parameter& shared = tied["embeddings.word_embeddings.weight"];
  const std::pair<const char*, const char*> same[] = {{"word.weight", "embeddings.word_embeddings.weight"},
                                                      {"decoder.weight", "embeddings.word_embeddings.weight"},
                                                      {"mix.weight", "mix.dense.weight"},
                                                      {"norm.weight", "mix.LayerNorm.weight"},
                                                      {"decoder.bias", "predictions.bias"}};
  for (const auto& [one, other] : same) std::ranges::copy(tied[other].values, untied[one].values.begin());
  untied.refresh();
  EXPECT_EQ(pass(tied), pass(untied));
  for (std::size_t i = 0; i < shared.size(); ++i) {
    const float looked_up = untied["word.weight"].gradient[i], multiplied = untied["decoder.weight"].gradient[i];
    EXPECT_NEAR(shared.gradient[i], looked_up + multiplied, 1e-6) << i;
    EXPECT_NE(multiplied, 0) << "each row is multiplied";
  }
}

TEST(Parameters, WhatIsTiedFollowsItsTable) {
  Trained trained(kTiedNames);
  for (float& value : trained["embeddings.word_embeddings.weight"].values) value *= 2;
  const std::vector<float> before = serve(trained.model, trained.kernels);  // the product's own layout is stale
  trained.refresh();
  EXPECT_NE(serve(trained.model, trained.kernels), before);
  EXPECT_EQ(serve(trained.model, trained.kernels), pass(trained));
}

TEST(Parameters, AStackedProductCannotBeTiedInPart) {
  static constexpr PartNames kParts[] = {
      {"word", {"table"}}, {"mix", {"mix"}}, {"norm", {"norm"}}, {"decoder", {"table", "other"}}};
  constexpr NameTable kNames(kParts, "");
  Tied model({});
  model.decoder.stacked = {4, 2};
  model.decoder.bias = false;
  model.word = nn::EmbeddingTable(4, kModel);
  EXPECT_THROW(make_parameters(model, tensors_by(kNames)), std::logic_error);
}

/// A file of weights that the model's parts are read from.
struct Files {
  std::shared_ptr<const formats::StoredWeights> file;
  std::vector<FileTensor> tensors(const std::string& part, const auto& weights) const {
    return tensors_by(kTiedNames)(part, weights);
  }
  std::vector<float> values(const FileTensor& tensor) const { return file->f32(tensor.name, tensor.shape); }
  std::shared_ptr<const formats::StoredWeights> stored_weights(const FileTensor&) const { return file; }
};

class StoredModel : public testing::Test {
 protected:
  Files written() {
    std::vector<formats::TensorToWrite> tensors;
    for (const Parameter& parameter : trained.parameters->list) {
      formats::Shape shape{parameter.columns};
      if (parameter.decays) shape.insert(shape.begin(), parameter.rows);
      tensors.push_back({parameter.name, DType::f32, shape, std::as_bytes(std::span<const float>(parameter.values))});
    }
    formats::write_safetensors(folder.path() / "model.safetensors", tensors);
    return {std::make_shared<const formats::StoredWeights>(formats::StoredWeights::open(folder.path()))};
  }

  TemporaryFolder folder;
  Trained trained{kTiedNames};
};

TEST_F(StoredModel, IsReadAsItWasWritten) {
  const Files files = written();
  EXPECT_EQ(files.file->tensors().size(), 4);
  Tied served(trained.kernels.layout);
  nn::walk(served, WeightReader(files));
  EXPECT_EQ(serve(served, trained.kernels), pass(trained));

  Tied empty(trained.kernels.layout);
  const auto parameters = make_parameters(empty, tensors_by(kTiedNames));
  nn::walk(empty, ParameterReader(parameters->parts, files));
  for (std::size_t i = 0; i < parameters->list.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(parameters->list[i].values, trained.parameters->list[i].values));
  }
}

TEST_F(StoredModel, IsPackedWithoutWhatItDoesNotHave) {
  const Files files = written();
  Tied served(trained.kernels.layout);
  nn::walk(served, WeightReader(files));
  SectionWriter writer;
  nn::walk(std::as_const(served), writer);
  std::vector<std::string> names;
  for (const formats::SectionToWrite& section : writer.sections()) names.push_back(section.name);
  const std::string layout = name_of(trained.kernels.layout);
  EXPECT_THAT(names, ElementsAre("word:f32", "mix:" + layout, "norm.gamma:f32", "decoder:" + layout));

  const std::filesystem::path path = folder.path() / "packed";
  formats::write_packed_file(path, writer.sections(), {});
  Tied packed(trained.kernels.layout);
  nn::walk(packed, SectionReader(std::make_shared<const formats::PackedFile>(formats::PackedFile::open(path))));
  EXPECT_EQ(serve(packed, trained.kernels), serve(served, trained.kernels));
}

TEST(FreshWeights, AreDrawnFromTheSeedAndTheName) {
  Trained one(kTiedNames, 7), same(kTiedNames, 7), other(kTiedNames, 8);
  Parameter &mix = one["mix.dense.weight"], &word = one["embeddings.word_embeddings.weight"];
  EXPECT_TRUE(std::ranges::equal(mix.values, same["mix.dense.weight"].values));
  EXPECT_FALSE(std::ranges::equal(mix.values, other["mix.dense.weight"].values));
  EXPECT_NE(mix.values[0], word.values[0]);
  EXPECT_THAT(one["mix.LayerNorm.weight"].values, testing::Each(1.0f));
  EXPECT_THAT(one["predictions.bias"].values, testing::Each(0.0f));
}

}  // namespace
}  // namespace mana::models
