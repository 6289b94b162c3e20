// What the program does with a packed model in a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "mana/base/json.h"
#include "mana/models/sentence/packed_model.h"
#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A copy of the small model, packed in int8 for the processor at hand.
class PackedFolder {
 public:
  PackedFolder() {
    std::filesystem::copy(small_model(), folder_.path(), std::filesystem::copy_options::recursive);
    const models::PackTarget targets[] = {{kernels::choose_isa(), kernels::Precision::int8}};
    models::write_packed_model(folder_.path(), targets, kernels::Precision::int8);
  }
  std::filesystem::path packed() const { return folder_ / models::kPackedModelFile; }
  void remove(const char* name) const { std::filesystem::remove(folder_ / name); }
  Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--model", folder_.path().string()});
    return program::run(std::move(arguments));
  }

 private:
  TemporaryFolder folder_;
};

TEST(PackedModel, IsEmbeddedInThePrecisionThatItIsMeantFor) {
  const PackedFolder folder;
  const Outcome packed = folder.run({"embed", "the cat"});
  EXPECT_EQ(packed.status, 0);
  EXPECT_THAT(packed.errors, HasSubstr("(int8, "));
  EXPECT_THAT(packed.errors, Not(HasSubstr("is not used")));
  std::filesystem::remove(folder.packed());
  EXPECT_EQ(packed.output, folder.run({"embed", "the cat", "--precision", "int8"}).output);
}

TEST(PackedModel, GetsANoteWhereItDoesNotFit) {
  const PackedFolder folder;
  const Outcome outcome = folder.run({"embed", "the cat", "--precision", "f32"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("model.mana is not used: f32 at"));
  EXPECT_THAT(folder.run({"embed", "the cat", "--precision", "f32", "--quiet"}).errors, Not(HasSubstr("model.mana")));
}

TEST(PackedModel, IsAModelByItself) {
  const PackedFolder folder;
  const Outcome before = folder.run({"embed", "the cat"});
  for (const char* name : {"model.safetensors", "vocab.txt", "tokenizer.json"}) folder.remove(name);
  EXPECT_EQ(folder.run({"embed", "the cat"}).output, before.output);
  EXPECT_EQ(folder.run({"similarity", "the cat", "sat"}).status, 0);
  const Outcome inspected = folder.run({"inspect"});
  EXPECT_EQ(inspected.status, 0) << inspected.errors;
  EXPECT_THAT(inspected.output, HasSubstr("parameters    not counted"));
  const Outcome verified = folder.run({"verify"});
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("model.mana is all the weights that there are: mana alone reads them"));
  EXPECT_THAT(verified.output, Not(HasSubstr("the tokens come from")));

  expect_refusal(folder.run({"embed", "the cat", "--precision", "f32"}), 1, "and no other weights are there");
  expect_refusal(folder.run({"compress", "--output", "never-written"}), 1, "model.mana, a packed model");
  std::string file = read(folder.packed());
  file[file.size() / 2] ^= 1;
  write(folder.packed(), file);
  EXPECT_EQ(folder.run({"verify"}).status, 1);
}

TEST(PackedModel, IsShownByInspect) {
  const PackedFolder folder;
  const json::Document about = json::Document::parse(folder.run({"inspect", "--json"}).output, "output");
  const json::Value weights = about.root().at("weights");
  EXPECT_EQ(weights.at("from").string(), "packed model");
  EXPECT_EQ(weights.at("meant_for").string(), "int8");
  EXPECT_EQ(weights.at("layouts").array().size(), 1U);
  EXPECT_EQ(about.root().at("precision").string(), "int8");
  EXPECT_THAT(folder.run({"inspect"}).output, HasSubstr("packed as i"));
}

TEST(PackedModel, IsVerified) {
  const PackedFolder folder;
  const Outcome right = folder.run({"verify"});
  EXPECT_EQ(right.status, 0) << right.output;
  EXPECT_THAT(right.output, HasSubstr("model.mana: belongs to the model's other files and gives the same vectors"));

  std::string file = read(folder.packed());
  const std::string damage = "model.mana: section tokenizer:compiled is damaged";  // which is the last one
  file[file.size() - 4] = static_cast<char>(~file[file.size() - 4]);
  write(folder.packed(), file);
  const Outcome wrong = folder.run({"verify"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.output, HasSubstr(damage));
  EXPECT_EQ(wrong.output.find(damage), wrong.output.rfind(damage)) << "a mistake is told once";
}

}  // namespace
}  // namespace mana::program
