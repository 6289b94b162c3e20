// Small sentence-transformers folders of every kind beside what sentence-transformers itself makes of them
// (tools/golden/sentence_models.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fixtures.h"
#include "mana/engine/encoder.h"

namespace mana::parity {
namespace {

TEST(SentenceModels, EveryFolderGivesTheVectorsOfTheReference) {
  const json::Document document = json::Document::read(fixture("sentence_models/expected.json"));
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
        const engine::Encoder encoder(fixture("sentence_models") / name, options);
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
          EXPECT_LE(difference, 5e-6 * largest) << "text " << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace mana::parity
