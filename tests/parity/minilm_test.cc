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

namespace mana::parity {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // ten times slower: fewer texts, every path still
#else
constexpr bool kSanitized = false;
#endif

class MiniLm : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(minilm() / "model.safetensors")) {
      GTEST_SKIP() << "all-MiniLM-L6-v2 is not there; ./quickstart fetches it";
    }
    texts = read_texts(fixture("sentences/minilm-200.jsonl"));
    if (kSanitized) texts.resize(20);
  }

  static engine::EncoderOptions options(kernels::Isa isa, unsigned threads) {
    engine::EncoderOptions chosen;
    chosen.isa = isa;
    chosen.threads = threads;
    return chosen;
  }

  std::vector<std::string> texts;
};

TEST_F(MiniLm, EqualsTheReferenceOnTwoHundredTexts) {
  const std::vector<float> expected = formats::Npy::open(fixture("sentences/minilm-200.npy")).f32();
  ASSERT_GE(expected.size(), texts.size() * 384);
  for (const kernels::Isa isa : kernels::available_isas()) {
    if (isa == kernels::Isa::reference) continue;  // below, on a few: its loops take their time
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
  const engine::Encoder encoder(minilm(), options(kernels::Isa::reference, 1));
  for (const std::size_t text : {0, 5, 9}) {
    const std::vector<float> vector = encoder.embed(texts[text]);
    for (std::size_t i = 0; i < vector.size(); ++i) {
      ASSERT_NEAR(vector[i], expected[text * vector.size() + i], 1e-6f) << "text " << text;
    }
  }
}

TEST_F(MiniLm, SameTextSameBitsInAnyBatchOrderAndNumberOfThreads) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    std::vector<std::string> some = texts;
    if (isa == kernels::Isa::reference) some.resize(8);
    if (kSanitized) some.resize(isa == kernels::Isa::reference ? 2 : 20);
    const std::size_t batchings = isa == kernels::Isa::reference || kSanitized ? 3 : 50;

    std::vector<engine::Encoder> encoders;
    for (const unsigned threads : {1U, 2U, 4U}) encoders.emplace_back(minilm(), options(isa, threads));
    const std::size_t width = encoders[0].dimensions();
    const engine::Embeddings expected = encoders[0].embed(some);

    std::mt19937 random(7);
    std::vector<std::size_t> order(some.size());
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t batching = 0; batching < batchings; ++batching) {
      const engine::Encoder& encoder = encoders[batching % encoders.size()];
      std::ranges::shuffle(order, random);
      // All texts in calls of random sizes; most small, so that every path (one text, few, many) is taken.
      for (std::size_t begin = 0; begin < order.size();) {
        const std::size_t size = std::min(order.size() - begin, std::size_t{1} << random() % 8);
        std::vector<std::string> call;
        for (std::size_t i = begin; i < begin + size; ++i) call.push_back(some[order[i]]);
        const engine::Embeddings found = encoder.embed(call);
        for (std::size_t i = 0; i < size; ++i) {
          ASSERT_EQ(std::memcmp(found[i].data(), expected[order[begin + i]].data(), width * sizeof(float)), 0)
              << "text " << order[begin + i] << " at " << kernels::name_of(isa) << ", batching " << batching;
        }
        begin += size;
      }
    }
  }
}

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
