// Small sentence-transformers folders of every kind beside what sentence-transformers itself makes of them
// (tools/golden/sentence_models.py, tools/golden/static_models.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fixtures.h"
#include "mana/engine/encoder.h"

namespace mana::parity {
namespace {

/// Every folder beside an expected.json, at every level, within `tolerance` of the largest number of each vector.
void expect_the_vectors_of_the_reference(const std::string& folders, double tolerance) {
  const json::Document document = json::Document::read(fixture(folders) / "expected.json");
  std::vector<std::string> texts;
  for (const json::Value& text : document.root().at("texts").array()) texts.emplace_back(text.string());

  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto& [name, model] : document.root().at("models").object()) {
      SCOPED_TRACE(std::string(name) + " at " + std::string(kernels::name_of(isa)));
      for (const json::Value& run : model.at("runs").array()) {
        engine::EncoderOptions options;
        options.isa = isa;
        options.precision = kernels::Precision::f32;
        if (const auto prompt = run.find("prompt")) options.prompt = prompt->string();
        const engine::Encoder encoder(fixture(folders) / name, options);
        const engine::Embeddings embeddings = encoder.embed(texts);
        const std::vector<json::Value> rows = run.at("embeddings").array();
        ASSERT_EQ(rows.size(), texts.size());
        for (std::size_t text = 0; text < texts.size(); ++text) {
          const std::vector<json::Value> expected = rows[text].array();
          ASSERT_EQ(encoder.dimensions(), expected.size());
          double largest = 1, difference = 0;
          for (std::size_t i = 0; i < expected.size(); ++i) {
            largest = std::max(largest, std::abs(expected[i].number()));
            difference = std::max(difference, std::abs(expected[i].number() - double{embeddings[text][i]}));
          }
          EXPECT_LE(difference, tolerance * largest) << "text " << text;
        }
      }
    }
  }
}

TEST(SentenceModels, EveryFolderGivesTheVectorsOfTheReference) {
  expect_the_vectors_of_the_reference("sentence_models", 5e-6);
}

TEST(StaticModels, EveryFolderGivesTheVectorsOfTheReference) {
  expect_the_vectors_of_the_reference("static_models", 1e-6);
}

// Promise P1: neither the batch nor the threads show in the bits.
TEST(StaticModels, ATextHasTheSameBitsInEveryBatch) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 3000; ++i) {
    texts.push_back("the cat");
    for (std::size_t word = 0; word < i * 7 % 23; ++word) texts.back() += word % 3 == 0 ? " sat on 7" : " mat, q";
  }
  for (const std::string name : {"plain", "dense", "truncated"}) {
    const engine::Encoder alone(fixture("static_models") / name, {.threads = 1});
    const engine::Embeddings together = engine::Encoder(fixture("static_models") / name, {.threads = 3}).embed(texts);
    for (std::size_t i = 0; i < texts.size(); i += 7) {
      const std::vector<float> expected = alone.embed(texts[i]);
      ASSERT_TRUE(std::ranges::equal(together[i], expected)) << name << ", text " << i;
    }
  }
}

}  // namespace
}  // namespace mana::parity
