// What attention looks at, as nn::Recording keeps it, beside transformers' output_attentions
// (tools/golden/attention.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "fixtures.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/nn/recording.h"

namespace mana::parity {
namespace {

using operations::AttentionWeights;

/// A text of the fixture as a batch.
struct Text {
  explicit Text(const json::Value& list) {
    for (const json::Value& id : list.array()) ids.push_back(static_cast<std::int32_t>(id.integer()));
    offsets = {0, static_cast<std::uint32_t>(ids.size())};
  }
  nn::TokenBatch batch() const { return {.ids = ids, .type_ids = {}, .offsets = offsets}; }

  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets;
};

class AttentionOf : public testing::TestWithParam<kernels::Isa> {
 protected:
  /// Layers [first, first + step, …] of a record are those of the reference, and their rows sum to 1.
  void expect_equal(const nn::AttentionRecord& record, std::size_t first, std::size_t step, const std::string& name) {
    SCOPED_TRACE(name);
    const formats::StoredTensor& stored = reference.tensors().at(name);
    ASSERT_EQ(stored.shape.size(), 4);
    std::vector<float> expected(formats::element_count(stored.shape));
    formats::to_f32(stored, expected);
    ASSERT_EQ((record.size() - first + step - 1) / step, stored.shape[0]);
    std::size_t at = 0;
    for (std::size_t i = first; i < record.size(); i += step) {
      ASSERT_EQ(record[i].size(), 1);
      const AttentionWeights& weights = record[i][0];
      ASSERT_EQ(weights.heads, stored.shape[1]);
      ASSERT_EQ(weights.queries, stored.shape[2]);
      ASSERT_EQ(weights.keys, stored.shape[3]);
      for (std::size_t row = 0; row < weights.heads * weights.queries; ++row) {
        const std::span<const float> p = weights.row(row / weights.queries, row % weights.queries);
        EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-6);
        for (const float each : p) EXPECT_NEAR(each, expected[at++], 1e-5);
      }
    }
  }

  const kernels::Table& kernels = kernels::table(GetParam(), kernels::Precision::f32);
  Pool pool;
  nn::Run run{kernels, pool};
  formats::Safetensors reference = formats::Safetensors::open(fixture("attention/weights.safetensors"));
  json::Document inputs = json::Document::read(fixture("attention/inputs.json"));
};

TEST_P(AttentionOf, BertIsThatOfTransformers) {
  const formats::SentenceFolder folder = formats::read_sentence_folder(fixture("sentence_models/mean"));
  const models::SentenceModel model = models::load_sentence_model(folder, folder.modules, kernels);
  for (std::size_t i = 0; const json::Value& ids : inputs.root().at("bert").array()) {
    const Text text(ids);
    nn::AttentionRecord record;
    const Tensor recorded = model(nn::Recording(run, record), text.batch()), plain = model(run, text.batch());
    EXPECT_TRUE(std::ranges::equal(recorded.row(0), plain.row(0))) << "recording changes no bit";
    expect_equal(record, 0, 1, fmt::format("bert.{}", i++));
  }
}

TEST_P(AttentionOf, MarianIsThatOfTransformers) {
  for (const char* name : {"tied", "two_tables"}) {
    const models::Transformer model = models::load_transformer(fixture("translation") / name, kernels.layout);
    for (std::size_t i = 0; const json::Value& pair : inputs.root().at("marian").array()) {
      const Text source(pair.at("source")), target(pair.at("target"));
      nn::AttentionRecord encoded, decoded;
      const Tensor memory = model.encode(nn::Recording(run, encoded), source.batch());
      model.decode(nn::Recording(run, decoded), target.batch(), memory, source.batch().sequences());
      expect_equal(encoded, 0, 1, fmt::format("{}.{}.encoder", name, i));
      expect_equal(decoded, 0, 2, fmt::format("{}.{}.decoder", name, i));
      expect_equal(decoded, 1, 2, fmt::format("{}.{}.cross", name, i));
      ++i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionOf, testing::ValuesIn(kernels::available_isas()),
                         [](const auto& level) { return std::string(kernels::name_of(level.param)); });

}  // namespace
}  // namespace mana::parity
