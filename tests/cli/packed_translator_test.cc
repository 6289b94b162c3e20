// What the program does with the packed model of a translator, and with the folders that translators come from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kOriginal = fixture_path("ctranslate2/before");

/// A translator of characters, as one of CTranslate2 becomes one.
class PackedTranslator : public testing::Test {
 protected:
  void SetUp() override {
    const Outcome made = run({"convert", kOriginal, "--output", path("model"), "--quiet"});
    ASSERT_EQ(made.status, 0) << made.errors;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Outcome compress(const std::string& name, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"compress", "--model", path("model"), "--output", path(name)});
    return run(std::move(options));
  }
  Outcome translate(const std::string& name, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"translate", "--model", path(name), "--n-best", "2", "--json"});
    return run(std::move(options), "abcab\nfedc\n\na\n");
  }

  TemporaryFolder folder_;
};

TEST_F(PackedTranslator, GivesTheBytesOfTheFolderThatItWasMadeOf) {
  for (const std::string precision : {"f32", "bf16", "int8"}) {
    const Outcome made = compress(precision, {"--precision", precision});
    ASSERT_EQ(made.status, 0) << made.errors;
    const Outcome packed = translate(precision);
    EXPECT_EQ(packed.status, 0) << packed.errors;
    EXPECT_THAT(packed.errors, Not(HasSubstr("model.mana")));
    const bool meant = packed.errors.find("(" + precision + ", ") != std::string::npos;
    const std::string used = meant ? precision : "f32";  // where the processor has no products of it
    EXPECT_EQ(packed.output, translate("model", {"--precision", used}).output) << precision;
  }
}

TEST_F(PackedTranslator, GetsANoteWhereItDoesNotFit) {
  compress("packed", {"--precision", "int8"});
  const Outcome outcome = translate("packed", {"--precision", "f32"});
  EXPECT_THAT(outcome.errors, HasSubstr("model.mana is not used: f32 at"));
  EXPECT_EQ(outcome.output, translate("model", {"--precision", "f32"}).output);
}

TEST_F(PackedTranslator, IsAModelByItself) {
  compress("packed");
  const std::string before = translate("packed").output;
  for (const char* name : {"model.safetensors", "source.spm", "target.spm", "vocab.json"}) {
    std::filesystem::remove(folder_ / "packed" / name);
  }
  EXPECT_EQ(translate("packed").output, before);
  EXPECT_EQ(run({"inspect", "--model", path("packed")}).status, 0);
  const Outcome verified = run({"verify", "--model", path("packed")});
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("model.mana is all the weights that there are"));
}

TEST_F(PackedTranslator, IsInspectedAndVerified) {
  compress("packed", {"--precision", "int8"});
  const auto about = nlohmann::json::parse(run({"inspect", "--model", path("packed"), "--json"}).output);
  EXPECT_EQ(about.at("weights").at("from"), "packed model");
  EXPECT_EQ(about.at("weights").at("meant_for"), "int8");
  EXPECT_EQ(about.at("precision"), "int8");
  const Outcome right = run({"verify", "--model", path("packed")});
  EXPECT_EQ(right.status, 0) << right.output;
  EXPECT_THAT(right.output,
              HasSubstr("model.mana: belongs to the model's other files and gives the same translations"));

  const std::filesystem::path file = folder_ / "packed/model.mana";
  std::string bytes = read(file);
  bytes[bytes.size() - 4] = static_cast<char>(~bytes[bytes.size() - 4]);  // in the last section
  write(file, bytes);
  const std::string damage = "model.mana: section tokenizer.target:compiled is damaged";
  const Outcome wrong = run({"verify", "--model", path("packed")});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.output, HasSubstr(damage));
  const Outcome refused = translate("packed");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, AllOf(StartsWith("mana: "), HasSubstr(damage)));
  EXPECT_EQ(refused.output, "");
}

TEST_F(PackedTranslator, IsTheOnlyThingThatCompressMakesOfOne) {
  const auto refused = [&](std::vector<std::string> options) { return compress("packed", std::move(options)); };
  EXPECT_EQ(refused({"--layers", "1"}).status, 2);
  EXPECT_THAT(refused({"--layers", "1"}).errors, HasSubstr("leave out --layers, which is for encoders"));
  EXPECT_THAT(refused({"--static"}).errors, HasSubstr("leave out --static"));
  EXPECT_THAT(refused({"--max-drop", "3"}).errors, HasSubstr("leave out --max-drop"));
  EXPECT_FALSE(std::filesystem::exists(path("packed")));
  EXPECT_EQ(compress("packed").status, 0);
  EXPECT_EQ(compress("packed").status, 1) << "it is there";
  EXPECT_EQ(compress("packed", {"--force"}).status, 0);
  write(folder_ / "packed/notes.txt", "of somebody");
  EXPECT_THAT(compress("packed", {"--force"}).errors, HasSubstr("notes.txt"));
}

TEST_F(PackedTranslator, CTranslate2sFoldersAreToldWhatConvertsThem) {
  const std::string advice = "`mana convert --from ctranslate2 " + kOriginal + " --output NAME`";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"translate", "abc"}, {"inspect"}, {"verify"}, {"compress", "--output", path("x")}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--model", kOriginal});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 1) << command.front();
    EXPECT_THAT(outcome.errors, HasSubstr(advice)) << command.front();
  }
}

TEST_F(PackedTranslator, ConvertReplacesATranslatorWhereItIsForced) {
  EXPECT_EQ(run({"convert", kOriginal, "--output", path("model")}).status, 1);
  EXPECT_EQ(run({"convert", kOriginal, "--output", path("model"), "--force"}).status, 0);
  std::filesystem::create_directory(folder_ / "other");
  write(folder_ / "other/notes.txt", "of somebody");
  const Outcome other = run({"convert", kOriginal, "--output", path("other"), "--force"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.errors, HasSubstr("notes.txt"));
}

TEST_F(PackedTranslator, SaysBeforeTheFirstStepWhatKeysAndValuesMayTake) {
  EXPECT_THAT(translate("model", {"--explain"}).errors, HasSubstr("keys and values: "));
  EXPECT_THAT(translate("model").errors, Not(HasSubstr("keys and values: ")));
}

}  // namespace
}  // namespace mana::program
