// Sizes that no weights prove are bounded where they are read.
#include "mana/models/config_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/models/bert/config.h"
#include "mana/models/transformer/config.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Changes = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kBert = "sentence_models/mean";
constexpr const char* kTranslator = "translators/two-tables-relu";

/// Reads the config.json of a fixture in which some keys have other values.
void read(const std::string& fixture, const Changes& changes) {
  std::string text = read_file(fixture_path(fixture) / "config.json");
  for (const auto& [key, value] : changes) {
    const std::size_t begin = text.find(':', text.find('"' + key + '"')) + 1;
    text.replace(begin, text.find_first_of(",}", begin) - begin, value);
  }
  const json::Document document = json::Document::parse(text, "config.json");
  if (fixture == kBert) {
    BertConfig::read(document.root());
  } else {
    TransformerConfig::read(document.root());
  }
}

void expect_refused(const std::string& fixture, const Changes& changes, const std::string& sentence) {
  EXPECT_THAT([&] { read(fixture, changes); }, ThrowsMessage<FormatError>(HasSubstr(sentence)));
}

TEST(ConfigValues, LayersTimesTheirWidthAreBounded) {
  EXPECT_NO_THROW(read(kBert, {{"num_hidden_layers", "1000"}}));
  EXPECT_NO_THROW(read(kTranslator, {{"decoder_layers", "1000"}}));
  expect_refused(kBert, {{"num_hidden_layers", "1000"}, {"intermediate_size", "65536"}},
                 "num_hidden_layers is 1000: no model has so many layers");
  expect_refused(kTranslator, {{"encoder_layers", "1000"}, {"encoder_ffn_dim", "65536"}}, "no encoder has 1000 layers");
}

TEST(ConfigValues, SoAreSinusoids) {
  EXPECT_NO_THROW(read(kTranslator, {{"max_position_embeddings", "2097152"}}));
  expect_refused(kTranslator, {{"max_position_embeddings", "2097153"}}, "2097153 positions of width 16 are too many");
}

TEST(ConfigValues, TheEpsilonOfANormIsSmall) {
  for (const char* epsilon : {"-1e-12", "1.5", "1e308", "\"small\""}) {
    expect_refused(kBert, {{"layer_norm_eps", epsilon}}, "layer_norm_eps");
  }
  EXPECT_NO_THROW(read(kBert, {{"layer_norm_eps", "0"}}));
}

}  // namespace
}  // namespace mana::models
