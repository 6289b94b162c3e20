// Texts that gzip or zstd has packed are read as those that they were made of, whatever command reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "mana/data/unpacker.h"
#include "process.h"

namespace mana::program {
namespace {

using data::gzip_packed;
using data::zstd_packed;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class PackedInput : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string put(const std::string& name, std::string_view bytes) const {
    write(path(name), bytes);
    return path(name);
  }
  std::vector<std::string> embed(const std::string& input, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"embed", "--quiet", "--model", small_model().string(), "--input", input});
    return more;
  }
  std::vector<std::string> train(const std::string& input, const std::string& output,
                                 std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"train", "word2vec", "--quiet", "--deterministic", "--dimensions", "12", "--input",
                               input, "--output", path(output)});
    return more;
  }

  TemporaryFolder folder_;
};

/// Words of two matters.
std::string text() {
  std::string all;
  for (int line = 0; line < 400; ++line) {
    for (int i = 0; i < 9; ++i)
      all += (line % 2 == 0 ? "day" : "night") + std::to_string((line * 7 + i * i) % 23) + ' ';
    all += '\n';
  }
  return all;
}

TEST_F(PackedInput, HasTheVectorsOfThePlainOne) {
  const std::string lines = "the cat\nsat\n", json = "{\"text\":\"the cat\"}\n{\"text\":\"sat\"}\n";
  const Outcome plain = run(embed(put("texts.txt", lines)));
  ASSERT_EQ(plain.status, 0) << plain.errors;
  for (const std::string& input :
       {put("texts.txt.gz", gzip_packed(lines)), put("other name", zstd_packed("the cat\n") + zstd_packed("sat\n")),
        put("texts.jsonl.gz", gzip_packed(json)), put("texts.jsonl.zst", zstd_packed(json)),
        put("texts.tsv.zst", zstd_packed("id\ttext\n1\tthe cat\n2\tsat\n"))}) {
    EXPECT_EQ(run(embed(input)).output, plain.output) << input;
  }
  EXPECT_EQ(run(embed("-"), gzip_packed(lines)).output, plain.output);
}

TEST_F(PackedInput, TrainsTheSameWords) {
  ASSERT_EQ(run(train(put("text", text()), "plain.bin")).status, 0);
  ASSERT_EQ(run(train(put("text.gz", gzip_packed(text())), "gzip.bin")).status, 0);
  ASSERT_EQ(run(train(put("text.zst", zstd_packed(text())), "zstd.bin")).status, 0);
  ASSERT_EQ(run(train("-", "pipe.bin"), zstd_packed(text())).status, 0);
  for (const char* name : {"gzip.bin", "zstd.bin", "pipe.bin"}) EXPECT_EQ(read(path(name)), read(path("plain.bin")));
}

TEST_F(PackedInput, ATrainingBrokenOffGoesOnWithAnyPackingOfTheText) {
  const std::vector<std::string> phrases = {"--epochs", "1000", "--phrases", "2", "--phrase-threshold", "1"};
  std::vector<std::string> checkpoints = phrases, resumed = phrases;
  checkpoints.insert(checkpoints.end(), {"--checkpoint", "0"});
  resumed.emplace_back("--resume");
  {
    Process process(train(put("text.zst", zstd_packed(text())), "broken.bin", checkpoints));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path("broken.bin.checkpoint")); }));
    process.signal(SIGINT);
    ASSERT_EQ(process.wait().status, 128 + SIGINT) << "it was done too early";
  }
  ASSERT_EQ(run(train(put("text.gz", gzip_packed(text())), "broken.bin", resumed)).status, 0);
  ASSERT_EQ(run(train(put("text", text()), "whole.bin", phrases)).status, 0);
  EXPECT_EQ(read(path("broken.bin")), read(path("whole.bin")));
}

TEST_F(PackedInput, IsRefusedInOneSentenceWhereItIsBroken) {
  const std::string gzip = gzip_packed(text()), zstd = zstd_packed(text());
  const auto refused = [&](const std::vector<std::string>& command, const std::string& sentence) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, AllOf(StartsWith("mana: "), HasSubstr(sentence)));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1u) << outcome.errors;
  };
  const std::string cut = put("cut", gzip.substr(0, gzip.size() / 2)), more = put("more", zstd + "more");
  refused(train(cut, "out"), "cut breaks off after");
  refused(train(more, "out"), "more is broken at byte");
  refused(embed(cut), "cut breaks off after");
  refused(embed(more), "more is broken at byte");
  EXPECT_FALSE(std::filesystem::exists(path("out")));
}

}  // namespace
}  // namespace mana::program
