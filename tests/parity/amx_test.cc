// all-MiniLM-L6-v2 on the AMX kernels, where need be in software: on a few texts, since each instruction then is a
// trap.
#include <gtest/gtest.h>

#include <cstring>

#include "amx_emulator/levels.h"
#include "fixtures.h"
#include "mana/formats/npy.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/sentence/sentence_model.h"
#include "mana/text/tokenizer.h"

namespace mana::parity {
namespace {

using kernels::Isa;
using kernels::Precision;

/// Some texts of the fixture, as one batch.
struct Texts {
  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets = {0};

  nn::TokenBatch all() const { return {.ids = ids, .type_ids = {}, .offsets = offsets}; }
};

class MiniLmOnAmx : public testing::Test {
 protected:
  static constexpr std::size_t kTexts = 4, kWidth = 384;

  void SetUp() override {
    const std::vector<Isa> tested = amx_emulator::tested_isas();
    if (tested.back() != Isa::amx) GTEST_SKIP() << "needs AMX, or AVX-512 with BF16 and VNNI to emulate it";
    if (!std::filesystem::exists(minilm() / "model.safetensors")) {
      GTEST_SKIP() << "all-MiniLM-L6-v2 is not there; ./quickstart fetches it";
    }
    const text::Tokenizer tokenizer = text::Tokenizer::load(minilm());
    const std::vector<std::string> lines = read_texts(fixture("sentences/minilm-200.jsonl"));
    for (std::size_t text = 0; text < kTexts; ++text) {
      for (const text::TokenId id : tokenizer.encode(lines[text]).ids)
        texts.ids.push_back(static_cast<std::int32_t>(id));
      texts.offsets.push_back(static_cast<std::uint32_t>(texts.ids.size()));
    }
  }

  static models::SentenceModel model(const kernels::Table& kernels) {
    const formats::SentenceFolder folder = formats::read_sentence_folder(minilm());
    return models::load_sentence_model(folder, folder.modules, kernels);
  }

  Texts texts;
  Pool pool;
};

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

kernels::Table attending_in_f32(kernels::Table table) {
  const kernels::Table& plain = kernels::table(Isa::avx512, Precision::f32);
  table.rounded = plain.rounded;
  table.attention = plain.attention;
  table.attention_scratch = plain.attention_scratch;
  return table;
}

// Integers sum to the same on every instruction set, and what is not a product is that of AVX-512.
TEST_F(MiniLmOnAmx, EightBitsHaveTheBitsOfAvx512) {
  const kernels::Table vector = attending_in_f32(kernels::table(Isa::avx512, Precision::int8)),
                       tiles = attending_in_f32(kernels::table(Isa::amx, Precision::int8));
  ASSERT_NE(vector.linear, tiles.linear);
  const Tensor expected = model(vector)({vector, pool}, texts.all());
  const Tensor found = model(tiles)({tiles, pool}, texts.all());
  for (std::size_t text = 0; text < kTexts; ++text) EXPECT_TRUE(same_bits(found.row(text), expected.row(text)));
}

class MiniLmOnAmxIn : public MiniLmOnAmx, public testing::WithParamInterface<std::pair<Precision, double>> {};

TEST_P(MiniLmOnAmxIn, StaysCloseAndHasTheSameBitsInAnyCompany) {
  const auto [precision, least_cosine] = GetParam();
  const std::vector<float> reference = formats::Npy::open(fixture("sentences/minilm-200.npy")).f32();
  const kernels::Table& kernels = kernels::table(Isa::amx, precision);
  const models::SentenceModel embed = model(kernels);
  const Tensor together = embed({kernels, pool}, texts.all());
  Team team(2);
  const Tensor in_a_team = embed({kernels, pool, &team}, texts.all());
  for (std::size_t text = 0; text < kTexts; ++text) {
    double cosine = 0;
    for (std::size_t i = 0; i < kWidth; ++i) cosine += double{together.row(text)[i]} * reference[text * kWidth + i];
    EXPECT_GE(cosine, least_cosine) << "text " << text;
    EXPECT_TRUE(same_bits(in_a_team.row(text), together.row(text))) << "text " << text << " by two threads";

    const std::size_t begin = texts.offsets[text], size = texts.offsets[text + 1] - begin;
    const std::uint32_t offsets[] = {0, static_cast<std::uint32_t>(size)};
    const auto ids = std::span(texts.ids).subspan(begin, size);
    const Tensor alone = embed({kernels, pool}, {.ids = ids, .type_ids = {}, .offsets = offsets});
    EXPECT_TRUE(same_bits(alone.row(0), together.row(text))) << "text " << text << " alone";
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, MiniLmOnAmxIn,
                         testing::Values(std::pair{Precision::bf16, 0.9999}, std::pair{Precision::int8, 0.99}),
                         [](const auto& precision) { return std::string(name_of(precision.param.first)); });

}  // namespace
}  // namespace mana::parity
