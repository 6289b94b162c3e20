// all-MiniLM-L6-v2 beside sentence-transformers (tools/golden/sentences.py), and promise P1: same text, same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <thread>

#include "fixtures.h"
#include "mana/engine/encoder.h"
#include "mana/formats/npy.h"
#include "mana/search/similarity.h"
#include "tests/support/sanitized.h"

namespace mana::parity {
namespace {

class MiniLm : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(minilm() / "model.safetensors")) {
      GTEST_SKIP() << "all-MiniLM-L6-v2 is not there; ./quickstart fetches it";
    }
    texts = read_texts(fixture("sentences/minilm-200.jsonl"));
    if (kSanitized) texts.resize(20);
  }

  static engine::EncoderOptions options(kernels::Isa isa, unsigned threads,
                                        kernels::Precision precision = kernels::Precision::f32) {
    engine::EncoderOptions chosen;
    chosen.isa = isa;
    chosen.precision = precision;
    chosen.threads = threads;
    return chosen;
  }

  std::vector<std::string> texts;
};

TEST_F(MiniLm, EqualsTheReferenceOnTwoHundredTexts) {
  const std::vector<float> expected = formats::Npy::open(fixture("sentences/minilm-200.npy")).f32();
  ASSERT_GE(expected.size(), texts.size() * 384);
  for (const kernels::Isa isa : kernels::available_isas()) {
    if (isa == kernels::Isa::portable) continue;  // below, on a few: its loops take their time
    const engine::Encoder encoder(minilm(), options(isa, 2));
    const engine::Embeddings embeddings = encoder.embed(texts);
    float difference = 0;
    for (std::size_t i = 0; i < embeddings.values.size(); ++i) {
      difference = std::max(difference, std::abs(embeddings.values[i] - expected[i]));
    }
    EXPECT_LE(difference, 1e-6f) << kernels::name_of(isa);
    RecordProperty("largest_difference_" + std::string(kernels::name_of(isa)), std::to_string(difference));
  }
}

TEST_F(MiniLm, TheReferenceKernelsEqualTheReferenceToo) {
  const std::vector<float> expected = formats::Npy::open(fixture("sentences/minilm-200.npy")).f32();
  const engine::Encoder encoder(minilm(), options(kernels::Isa::portable, 1));
  for (const std::size_t text : {0, 5, 9}) {
    const std::vector<float> vector = encoder.embed(texts[text]);
    for (std::size_t i = 0; i < vector.size(); ++i) {
      ASSERT_NEAR(vector[i], expected[text * vector.size() + i], 1e-6f) << "text " << text;
    }
  }
}

// Rounding costs little: the cosine to the f32 vectors of the reference, for the worst of the texts.
TEST_F(MiniLm, LowerPrecisionsStayClose) {
  const std::vector<float> expected = formats::Npy::open(fixture("sentences/minilm-200.npy")).f32();
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto& [precision, least] :
         {std::pair{kernels::Precision::bf16, 0.9999}, {kernels::Precision::int8, 0.99}}) {
      if (isa == kernels::Isa::portable || !kernels::available(precision, isa)) continue;
      const engine::Embeddings found = engine::Encoder(minilm(), options(isa, 2, precision)).embed(texts);
      for (std::size_t text = 0; text < texts.size(); ++text) {
        const auto row = std::span(expected).subspan(text * found.dimensions, found.dimensions);
        // In 8 bits a text without a word, two special tokens that see nobody else, is the worst.
        const bool wordless = texts[text].find_first_not_of(' ') == std::string::npos;
        EXPECT_GE(search::similarity(search::Similarity::cosine, found[text], row), wordless ? least - 0.005 : least)
            << "text " << text << " in " << kernels::name_of(precision) << " at " << kernels::name_of(isa);
      }
    }
  }
}

struct Level {
  kernels::Isa isa;
  kernels::Precision precision;
};

class SameBits : public MiniLm, public testing::WithParamInterface<Level> {
 protected:
  /// Embeds `order` of the texts in calls of random sizes; most small, so that every path (one text, few, many) is
  /// taken.
  void expect_same_bits(const engine::Encoder& encoder, const std::vector<std::size_t>& order) {
    for (std::size_t begin = 0; begin < order.size();) {
      const std::size_t size = std::min(order.size() - begin, std::size_t{1} << random() % 8);
      std::vector<std::string> call;
      for (std::size_t i = begin; i < begin + size; ++i) call.push_back(texts[order[i]]);
      const engine::Embeddings found = encoder.embed(call);
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t text = order[begin + i];
        ASSERT_EQ(std::memcmp(found[i].data(), expected[text].data(), expected[text].size_bytes()), 0)
            << "text " << text << " in a call of " << size << " with " << encoder.threads() << " threads";
      }
      begin += size;
    }
  }

  engine::Embeddings expected;
  std::mt19937 random{7};
};

// Each text once among all of them, then rounds of the short ones, which cost little, each with two long ones.
TEST_P(SameBits, InAnyBatchOrderAndNumberOfThreads) {
  const auto [isa, precision] = GetParam();
  const bool slow = isa == kernels::Isa::portable;
  if (slow) texts.resize(kSanitized ? 2 : 8);
  const std::size_t rounds = kSanitized ? 3 : slow && precision != kernels::Precision::f32 ? 10 : 30;

  std::vector<engine::Encoder> encoders;
  for (const unsigned threads : {1U, 2U, 4U}) encoders.emplace_back(minilm(), options(isa, threads, precision));
  expected = encoders[1].embed(texts);

  std::vector<std::size_t> all(texts.size());
  std::iota(all.begin(), all.end(), 0);
  std::ranges::shuffle(all, random);
  expect_same_bits(encoders[2], all);

  const auto first_long =
      std::ranges::partition(all, [&](std::size_t text) { return expected.texts[text].tokens <= 32; }).begin();
  const std::vector<std::size_t> short_ones(all.begin(), first_long), long_ones(first_long, all.end());
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<std::size_t> order = short_ones;
    for (std::size_t i = 2 * round; i < std::min(2 * round + 2, long_ones.size()); ++i) order.push_back(long_ones[i]);
    std::ranges::shuffle(order, random);
    expect_same_bits(encoders[round % encoders.size()], order);
    if (HasFatalFailure()) return;
  }
}

std::vector<Level> levels() {
  std::vector<Level> all;
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
      if (kernels::available(precision, isa)) all.push_back({isa, precision});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Levels, SameBits, testing::ValuesIn(levels()), [](const auto& level) {
  return std::string(kernels::name_of(level.param.isa)) + "_" + std::string(kernels::name_of(level.param.precision));
});

TEST_F(MiniLm, AStreamGivesTheBitsOfACall) {
  const engine::Encoder encoder(minilm());
  const engine::Embeddings expected = encoder.embed(texts);
  std::size_t next = 0, seen = 0;
  encoder.stream(
      [&](std::string& text) {
        if (next == texts.size()) return false;
        text = texts[next++];
        return true;
      },
      [&](std::size_t first, std::span<const std::string> window, const engine::Embeddings& rows) {
        EXPECT_EQ(first, seen);
        ASSERT_EQ(window.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
          ASSERT_TRUE(std::ranges::equal(rows[i], expected[first + i]));
          EXPECT_EQ(rows.texts[i].tokens, expected.texts[first + i].tokens);
        }
        seen += rows.size();
      });
  EXPECT_EQ(seen, texts.size());
}

}  // namespace
}  // namespace mana::parity
