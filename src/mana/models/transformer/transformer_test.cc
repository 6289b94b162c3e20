// The encoder–decoder beside MarianMT of transformers and nn.Transformer of PyTorch, and what it promises of its own
// bits.
#include "mana/models/transformer/transformer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/base/team.h"
#include "mana/kernels/run.h"
#include "mana/models/transformer/transformer_files.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

const std::filesystem::path kFolders = fixture_path("translators");
constexpr int kPairs = 4;

std::vector<std::string> folders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolders)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// Some texts side by side.
struct Texts {
  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets = {0};

  void add(const std::vector<std::int32_t>& text) {
    ids.insert(ids.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  nn::TokenBatch batch() const { return {.ids = ids, .type_ids = {}, .offsets = offsets}; }
};

struct Pair {
  std::vector<std::int32_t> source, target;
  std::vector<float> logits;  ///< [target tokens, vocabulary]
};

std::vector<std::int32_t> ids_of(const formats::TensorTable& tensors, const std::string& name) {
  const formats::StoredTensor& tensor = tensors.at(name);
  std::vector<std::int32_t> ids(tensor.bytes.size() / sizeof(std::int32_t));
  std::memcpy(ids.data(), tensor.bytes.data(), tensor.bytes.size());
  return ids;
}

std::vector<Pair> expected(const std::filesystem::path& folder) {
  const formats::Safetensors file = formats::Safetensors::open(folder / "expected.safetensors");
  std::vector<Pair> pairs;
  for (int i = 0; i < kPairs; ++i) {
    const std::string number = std::to_string(i);
    const formats::StoredTensor& logits = file.tensors().at("logits." + number);
    std::vector<float> values(formats::element_count(logits.shape));
    formats::to_f32(logits, values);
    pairs.push_back({ids_of(file.tensors(), "source." + number), ids_of(file.tensors(), "target." + number), values});
  }
  return pairs;
}

std::vector<float> values_of(const Tensor& x) { return {x.data(), x.data() + x.rows() * x.columns()}; }

using Level = std::pair<kernels::Isa, kernels::Precision>;

class TransformerTest : public testing::TestWithParam<Level> {
 protected:
  std::vector<float> logits(const Transformer& model, const std::vector<Pair>& pairs, Team* team = nullptr) {
    Texts sources, targets;
    for (const Pair& pair : pairs) {
      sources.add(pair.source);
      targets.add(pair.target);
    }
    const nn::Run run{kernels, pool, team};
    const Tensor memory = model.encode(run, sources.batch());
    const Tensor states = model.decode(run, targets.batch(), memory, sources.batch().sequences());
    return values_of(model.output(run, states));
  }

  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
  Pool pool;
};

/// In f32.
class UnroundedTransformerTest : public TransformerTest {};

TEST_P(UnroundedTransformerTest, HasTheLogitsOfTheReference) {
  for (const std::string& name : folders()) {
    const Transformer model = load_transformer(kFolders / name, kernels.layout);
    for (const Pair& pair : expected(kFolders / name)) {
      const std::vector<float> found = logits(model, {pair});
      ASSERT_EQ(found.size(), pair.logits.size()) << name;
      float largest = 0, difference = 0;
      for (std::size_t i = 0; i < found.size(); ++i) {
        largest = std::max(largest, std::abs(pair.logits[i]));
        difference = std::max(difference, std::abs(found[i] - pair.logits[i]));
      }
      EXPECT_LE(difference, 1e-5f * largest) << name << ", " << pair.source.size() << " source tokens";
    }
  }
}

TEST_P(TransformerTest, APairInABatchHasTheBitsOfThePairAlone) {
  const Transformer model = load_transformer(kFolders / "one-table-tied-silu", kernels.layout);
  const std::vector<Pair> pairs = expected(kFolders / "one-table-tied-silu");
  std::vector<float> alone;
  for (const Pair& pair : pairs) {
    const std::vector<float> own = logits(model, {pair});
    alone.insert(alone.end(), own.begin(), own.end());
  }
  EXPECT_EQ(logits(model, pairs), alone);
  for (const unsigned threads : {2U, 3U}) {
    Team team(threads);
    EXPECT_EQ(logits(model, pairs, &team), alone) << threads << " threads";
  }
}

TEST_P(TransformerTest, AStepHasTheBitsOfTheWholePass) {
  const Transformer model = load_transformer(kFolders / "two-tables-silu", kernels.layout);
  const nn::Run run{kernels, pool};
  for (const Pair& pair : expected(kFolders / "two-tables-silu")) {
    const std::vector<float> whole = logits(model, {pair});
    Texts source;
    source.add(pair.source);
    const Tensor memory = model.encode(run, source.batch());
    DecoderState state = model.begin(run, memory, source.batch().sequences());
    std::vector<float> steps;
    for (const std::int32_t id : pair.target) {
      const std::vector<float> row = values_of(model.output(run, model.step(run, std::vector{id}, state)));
      steps.insert(steps.end(), row.begin(), row.end());
    }
    EXPECT_EQ(steps, whole) << pair.target.size() << " target tokens";
  }
}

TEST_P(TransformerTest, ATokenChangesNothingBeforeIt) {
  const Transformer model = load_transformer(kFolders / "one-table-tied-relu", kernels.layout);
  Pair pair = expected(kFolders / "one-table-tied-relu").at(2);
  const std::vector<float> before = logits(model, {pair});
  const std::size_t changed = 9, vocabulary = model.config.target_vocabulary;
  pair.target[changed] = pair.target[changed] == 5 ? 6 : 5;
  const std::vector<float> after = logits(model, {pair});
  for (std::size_t t = 0; t < pair.target.size(); ++t) {
    const bool same = std::equal(before.begin() + t * vocabulary, before.begin() + (t + 1) * vocabulary,
                                 after.begin() + t * vocabulary);
    EXPECT_EQ(same, t < changed) << "token " << t;
  }
}

// Without positions the encoder sees a set of tokens, and the decoder's logits are those of any order of them.
TEST_P(UnroundedTransformerTest, WithoutPositionsTheOrderOfTheSourceMeansNothing) {
  Transformer model = load_transformer(kFolders / "one-table-tied-relu", kernels.layout);
  Pair pair = expected(kFolders / "one-table-tied-relu").at(2);
  Pair turned = pair;
  std::ranges::reverse(turned.source);
  const auto difference = [&] {
    const std::vector<float> straight = logits(model, {pair}), reversed = logits(model, {turned});
    float greatest = 0;
    for (std::size_t i = 0; i < straight.size(); ++i)
      greatest = std::max(greatest, std::abs(straight[i] - reversed[i]));
    return greatest;
  };
  EXPECT_GT(difference(), 1e-2f);
  model.source.positions = nn::NoPositions();
  EXPECT_LT(difference(), 1e-5f);
}

std::vector<Level> unrounded_levels() {
  std::vector<Level> levels = amx_emulator::tested_levels();
  std::erase_if(levels, [](const Level& level) { return level.second != kernels::Precision::f32; });
  return levels;
}

std::string level_name(const testing::TestParamInfo<Level>& level) {
  return std::string(kernels::name_of(level.param.first)) + "_" + std::string(kernels::name_of(level.param.second));
}

INSTANTIATE_TEST_SUITE_P(Levels, TransformerTest, testing::ValuesIn(amx_emulator::tested_levels()), level_name);
INSTANTIATE_TEST_SUITE_P(Levels, UnroundedTransformerTest, testing::ValuesIn(unrounded_levels()), level_name);

}  // namespace
}  // namespace mana::models
