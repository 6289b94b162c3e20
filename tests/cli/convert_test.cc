#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "mana/base/json.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::HasSubstr;

const std::string kModel = fixture_path("ctranslate2/before");

TEST(Convert, WritesAFolder) {
  const TemporaryFolder folder;
  const std::string output = (folder / "model").string();
  const Outcome outcome = run({"convert", "--from", "ctranslate2", kModel, "--output", output, "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const json::Document document = json::Document::parse(outcome.output, "output");
  EXPECT_EQ(document.root().at("width").integer(), 8);
  EXPECT_EQ(document.root().at("encoder_layers").integer(), 2);
  EXPECT_EQ(document.root().at("source_tokens").integer(), 12);
  EXPECT_EQ(document.root().at("tokenizer").string(), "characters");
  for (const char* file : {"config.json", "model.safetensors", "source/tokenizer.json", "target/tokenizer.json"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / "model" / file)) << file;
  }
  const Outcome again = run({"convert", kModel, "--output", output});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr(output));
}

TEST(Convert, RefusesWhatIsNoModel) {
  const TemporaryFolder folder;
  const std::string output = (folder / "model").string();
  EXPECT_EQ(run({"convert", "--output", output}).status, 2);
  EXPECT_EQ(run({"convert", kModel}).status, 2);
  EXPECT_EQ(run({"convert", "--from", "onnx", kModel, "--output", output}).status, 2);
  const Outcome nothing = run({"convert", folder.path().string(), "--output", output});
  EXPECT_EQ(nothing.status, 1);
  EXPECT_THAT(nothing.errors, HasSubstr("model.bin"));
  EXPECT_FALSE(std::filesystem::exists(output));
}

}  // namespace
}  // namespace mana::program
