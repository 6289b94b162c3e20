// Rows that are packed because the name of their file says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mana/data/byte_source.h"
#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::StartsWith;

class PackedOutput : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string unpacked(const std::string& name) const {
    data::ByteSource source(at(name));
    std::string text, block(1 << 16, '\0');
    while (const std::size_t count = source.read(block)) text.append(block, 0, count);
    return text;
  }
  Outcome embed(const std::string& output, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"embed", "--model", small_model().string(), "--output", at(output), "--quiet"});
    return run(more, "the cat\nsat\n");
  }

  TemporaryFolder folder_;
};

constexpr std::string_view kGzip = "\x1F\x8B", kZstd = "\x28\xB5\x2F\xFD";

TEST_F(PackedOutput, IsTheRowsThemselves) {
  for (const std::string form : {"jsonl", "tsv"}) {
    ASSERT_EQ(embed("plain." + form).status, 0);
    for (const std::string packing : {".gz", ".zst", ".GZ"}) {
      const std::string name = "packed." + form + packing;
      const Outcome outcome = embed(name);
      ASSERT_EQ(outcome.status, 0) << outcome.errors;
      EXPECT_EQ(unpacked(name), read(at("plain." + form))) << name;
      EXPECT_THAT(read(at(name)), StartsWith(std::string(packing == ".zst" ? kZstd : kGzip)));
      EXPECT_EQ(embed(name).status, 0) << "of our own it may take the place";
    }
  }
  EXPECT_EQ(read(at("packed.tsv.gz.tokens.jsonl")), read(at("plain.tsv.tokens.jsonl")));
}

TEST_F(PackedOutput, OfNoTextsIsPackedToo) {
  write(at("none.txt"), "");
  for (const std::string name : {"none.jsonl.gz", "none.tsv.zst"}) {
    ASSERT_EQ(embed(name, {"--input", at("none.txt")}).status, 0);
    EXPECT_NE(read(at(name)), "");
    EXPECT_EQ(unpacked(name), "");
    EXPECT_EQ(embed(name, {"--input", at("none.txt"), "--resume-if-any"}).status, 0);
  }
}

TEST_F(PackedOutput, TakesThePlaceOfNothingElse) {
  ASSERT_EQ(embed("rows.jsonl.gz").status, 0);
  write(at("mine.jsonl.gz"), "mine, and not packed");
  expect_refusal(embed("mine.jsonl.gz"), 1, "does not hold vectors in JSON lines");
  write(at("mine.jsonl.gz"), read(at("rows.jsonl.gz")).substr(0, 40));
  expect_refusal(embed("mine.jsonl.gz"), 1, "does not hold vectors in JSON lines");
  EXPECT_EQ(embed("mine.jsonl.gz", {"--force"}).status, 0);
}

TEST_F(PackedOutput, IsRefusedWhereItWouldBeOfNoUse) {
  expect_refusal(embed("vectors.npy.gz"), 2, "the form that this name says is not written");
  expect_refusal(embed("vectors.npy.gz", {"--format", "npy"}), 2, "--format npy is not packed");
  expect_refusal(embed("vectors.csv.gz"), 2, "the form that this name says is not written");
}

TEST_F(PackedOutput, OfOtherCommandsIsTheSame) {
  write(at("train.tsv"), "label\ttext\nword\tthe cat\nword\tthe cat sat\nsign\t42 !\nsign\t! 42 !\n");
  ASSERT_EQ(run({"train", "classifier", "--model", small_model().string(), "--output", at("classifier"), "--data",
                 at("train.tsv"), "--quiet"})
                .status,
            0);
  write(at("pairs.tsv"), "anchor\tpositive\nthe cat\tsat\n42\t!\nthe\tcat sat\n");
  const auto classify = [&](const std::string& output) {
    return run({"classify", "--model", at("classifier"), "the cat", "42", "--quiet", "--output", at(output)});
  };
  const auto mine = [&](const std::string& output) {
    return run({"mine", "negatives", "--model", small_model().string(), "--data", at("pairs.tsv"), "--count", "1",
                "--max-score", "2", "--quiet", "--output", at(output)});
  };
  ASSERT_EQ(classify("classes.tsv").status, 0);
  ASSERT_EQ(mine("mined.jsonl").status, 0);
  for (int again = 0; again < 2; ++again) {
    ASSERT_EQ(classify("classes.tsv.gz").status, 0);
    EXPECT_EQ(unpacked("classes.tsv.gz"), read(at("classes.tsv")));
    ASSERT_EQ(mine("mined.jsonl.zst").status, 0);
    EXPECT_EQ(unpacked("mined.jsonl.zst"), read(at("mined.jsonl")));
  }
}

}  // namespace
}  // namespace mana::program
