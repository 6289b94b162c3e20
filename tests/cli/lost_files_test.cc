// Nothing is lost: no output takes the place of what is read, or of what the program has not written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "process.h"

namespace mana::program {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class LostFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string put(const std::string& name, std::string_view bytes) const {
    write(path(name), bytes);
    return path(name);
  }
  static Outcome embed(std::vector<std::string> more) {
    more.insert(more.begin(), {"embed", "--quiet", "--model", small_model().string()});
    return run(more);
  }
  static void expect_refused(const Outcome& outcome, const std::string& what) {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr(what));
  }

  TemporaryFolder folder_;
};

TEST_F(LostFiles, NoOutputIsAnInputByAnyName) {
  const std::string text = "{\"text\":\"the cat\"}\n";
  const std::string input = put("c.jsonl", text);
  fs::create_symlink(input, path("link.jsonl"));
  fs::create_hard_link(input, path("hard.jsonl"));
  fs::create_directory(path("sub"));
  for (const std::string& output : {input, path("./sub/../c.jsonl"), path("link.jsonl"), path("hard.jsonl")}) {
    expect_refused(embed({"--input", input, "--output", output, "--force"}), "which would be lost: give another name");
  }
  EXPECT_EQ(read(input), text);
  // Names that are made of the output's.
  const std::string counts = put("v.npy.tokens.jsonl", text), partial = put("w.npy.partial", text);
  expect_refused(embed({"--input", counts, "--output", path("v.npy"), "--force"}), "which would be lost");
  expect_refused(embed({"--input", partial, "--field", "text", "--output", path("w.npy"), "--force"}),
                 "which would be lost");
  // Any option.
  const std::string sample = put("sample.npy", "the cat\nsat\n");
  expect_refused(embed({"--input", input, "--output", path("x.npy"), "--embedding-type", "int8", "--calibrate", sample,
                        "--write-ranges", sample, "--force"}),
                 "--write-ranges " + sample + " is the file of --calibrate");
  expect_refused(embed({"--input", input, "--output", path("x.npy"), "--embedding-type", "int8", "--calibrate", sample,
                        "--write-ranges", path("x.npy"), "--force"}),
                 "are the same file");
  EXPECT_EQ(read(sample), "the cat\nsat\n");
}

TEST_F(LostFiles, NeitherIsAFileOfTheModel) {
  const std::string model = path("model");
  fs::copy(small_model(), model, fs::copy_options::recursive);
  const std::string config = read(model + "/config.json");
  expect_refused(run({"embed", "--model", model, "--output", model + "/config.json", "--json", "--force", "the cat"}),
                 "is a file of --model");
  EXPECT_EQ(read(model + "/config.json"), config);
}

TEST_F(LostFiles, OtherCommandsKeepTheirInputsToo) {
  const std::string pairs = put("pairs.tsv", "anchor\tpositive\nthe cat\ta cat\nsat\tit sat\n");
  expect_refused(
      run({"mine", "negatives", "--model", small_model().string(), "--data", pairs, "--output", pairs, "--force"}),
      "is the file of --data");
  const std::string words = put("words.vec", "3 2\na 1 0\nb 0 1\nc 1 1\n");
  expect_refused(run({"words", "export", "--model", words, "--output", words}), "is the file of --model");
  fs::create_symlink(words, path("words.svg"));
  expect_refused(run({"words", "map", "--model", words, "--output", path("words.svg"), "--force", "a", "b", "c"}),
                 "is the file of --model");
  const std::string corpus = put("corpus.txt", "a b a b a b a b a b a b\n");
  expect_refused(run({"train", "word2vec", "--input", corpus, "--output", corpus, "--force"}),
                 "is the file of --input");
  put("array.vocab", "mine\n");
  expect_refused(run({"words", "export", "--model", words, "--output", path("array.npy")}), "array.vocab is there");
  EXPECT_EQ(read(pairs), "anchor\tpositive\nthe cat\ta cat\nsat\tit sat\n");
  EXPECT_EQ(read(words), "3 2\na 1 0\nb 0 1\nc 1 1\n");
}

TEST_F(LostFiles, AFileOfAnotherKindIsReplacedByForceOnly) {
  const std::string output = put("v.jsonl", "{\"precious\": true}\n");
  expect_refused(embed({"--output", output, "the cat"}),
                 "does not hold vectors in JSON lines: give another name, or replace it with --force");
  EXPECT_EQ(read(output), "{\"precious\": true}\n");
  EXPECT_EQ(embed({"--output", output, "--force", "the cat"}).status, 0);
  const std::string first = read(output);
  EXPECT_EQ(embed({"--output", output, "sat"}).status, 0) << "what the program has written is replaced";
  EXPECT_NE(read(output), first);
  EXPECT_EQ(embed({"--output", output, "--include-text", "sat"}).status, 0);
  EXPECT_EQ(embed({"--output", output, "sat"}).status, 0);
  EXPECT_EQ(embed({"--output", put("empty.npy", ""), "sat"}).status, 0);
  EXPECT_EQ(embed({"--output", path("empty.npy"), "the cat"}).status, 0);
  expect_refused(embed({"--output", path("empty.npy"), "--format", "tsv", "sat"}), "does not hold vectors in a table");
  EXPECT_EQ(embed({"--output", path("t.tsv"), "sat"}).status, 0);
  EXPECT_EQ(embed({"--output", path("t.tsv"), "sat"}).status, 0);
}

TEST_F(LostFiles, WhatOnlyBeginsAsOneOfOursIsReplacedByForceOnly) {
  const auto keeps = [&](const std::string& name, const std::string& content, std::vector<std::string> arguments) {
    const std::string file = put(name, content);
    arguments.insert(arguments.end(), {"--output", file});
    expect_refused(run(arguments), "give another name, or replace it with --force");
    EXPECT_EQ(read(file), content);
  };
  const std::vector<std::string> embedding = {"embed", "--model", small_model().string(), "the cat"};
  keeps("v.jsonl", "{\"embedding\":[1,2],\"tokens\":3,\"truncated\":false}\n{\"embedding\":[1,2],\"title\":\"mine\"}\n",
        embedding);
  keeps("id.jsonl", "{\"text\":\"a\",\"embedding\":[1],\"id\":7}\n", embedding);
  keeps("v.tsv", "1\t2\n3\t4\tnote\n", embedding);
  const std::string head = "\x93NUMPY\x01";
  keeps("d.npy", head + "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n", embedding);
  keeps("e.npy", head + "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n", embedding);
  keeps("f.npy", head + "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 2), }\n", embedding);

  const std::string words = put("words.vec", "3 2\na 1 0\nb 0 1\nc 1 1\n");
  std::vector<std::string> map = {"words", "map", "--model", words, "a", "b", "c"};
  keeps("m.svg", "<svg width=\"5\"><circle r=\"1\"/></svg>\n", map);
  keeps("m.html", "<!doctype html>\n<html><body>mine</body></html>\n", map);
  keeps("m.vec", "2024 11\nthe diary of a year\n", {"words", "export", "--model", words});
  for (const std::string name : {"own.svg", "own.html"}) {
    map.insert(map.end(), {"--output", path(name)});
    EXPECT_EQ(run(map).status, 0);
    EXPECT_EQ(run(map).status, 0) << "what the program has written is replaced";
    map.resize(map.size() - 2);
  }

  const std::string pairs = put("pairs.tsv", "anchor\tpositive\nthe cat\ta cat\nsat\tit sat\n");
  const std::vector<std::string> mining = {"mine", "negatives", "--model", small_model().string(), "--data", pairs};
  keeps("mine.tsv", "anchor\tpositive\tnegative\tnote\na\tb\tc\tchecked by hand\n", mining);
  keeps("mine.jsonl", "{\"anchor\":\"a\",\"positive\":\"b\",\"negative\":\"c\",\"note\":\"checked\"}\n", mining);
}

TEST_F(LostFiles, ANameThatSaysAnotherFormIsRefused) {
  for (const char* name : {"v.csv", "v.npz", "v.json", "v.parquet", "v.npy.gz", "v.json.gz", "V.CSV"}) {
    const Outcome outcome = embed({"--output", path(name), "the cat"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.errors, AllOf(HasSubstr("but .jsonl, .npy and .tsv"), HasSubstr("--format")));
    EXPECT_FALSE(fs::exists(path(name)));
  }
  EXPECT_EQ(embed({"--output", path("V.NPY"), "the cat"}).status, 0);
  EXPECT_EQ(read(path("V.NPY")).substr(1, 5), "NUMPY");
  EXPECT_EQ(embed({"--output", path("v.dat"), "--format", "tsv", "the cat"}).status, 0);
  const std::string words = put("words.vec", "3 2\na 1 0\nb 0 1\nc 1 1\n");
  EXPECT_EQ(run({"words", "map", "--model", words, "--output", path("m.png"), "a", "b", "c"}).status, 2);
  EXPECT_EQ(run({"words", "export", "--model", words, "--output", path("m.csv")}).status, 2);
  EXPECT_EQ(run({"compress", "--model", small_model().string(), "--output", path("m.zip")}).status, 2);
}

TEST_F(LostFiles, ForceReplacesAModelAndNothingElse) {
  const std::string model = small_model().string();
  std::string corpus;
  for (int i = 0; i < 60; ++i) corpus += "day and night go by\n";
  const std::string text = put("corpus.txt", corpus);
  const std::string words = put("words.vec", "3 2\na 1 0\nb 0 1\nc 1 1\n");
  const std::vector<std::vector<std::string>> commands = {
      {"compress", "--model", model, "--precision", "f32", "--quiet"},
      {"train", "word2vec", "--input", text, "--epochs", "1", "--dimensions", "4", "--quiet"},
      {"words", "export", "--model", words, "--quiet"},
  };
  for (const std::vector<std::string>& command : commands) {
    const std::string output = path("project");
    std::vector<std::string> forced = command;
    forced.insert(forced.end(), {"--output", output, "--force"});
    fs::create_directories(output + "/src");
    write(output + "/config.json", "{}");
    write(output + "/thesis.txt", "years of work");
    const Outcome outcome = run(forced);
    EXPECT_EQ(outcome.status, 1) << command[0];
    EXPECT_THAT(outcome.errors, HasSubstr("holds something else than"));
    fs::remove_all(output + "/src");
    fs::remove(output + "/thesis.txt");
    EXPECT_EQ(run(forced).status, 1) << "a config.json alone is no model";
    fs::remove_all(output);
    EXPECT_EQ(run(forced).status, 0);
    EXPECT_EQ(run(forced).status, 0) << "what was written is replaced";
    write(output + "/notes.md", "mine");
    EXPECT_THAT(run(forced).errors, HasSubstr("notes.md"));
    EXPECT_EQ(read(output + "/notes.md"), "mine");
    fs::remove_all(output);
  }
}

TEST(Outputs, OfALinkGoWhereItPoints) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "elsewhere");
  std::filesystem::create_symlink("elsewhere/vectors.npy", folder / "link.npy");
  ASSERT_EQ(
      run({"embed", "--model", small_model().string(), "--quiet", "--output", (folder / "link.npy").string(), "hi"})
          .status,
      0);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.npy"));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder / "elsewhere/vectors.npy"));
}

TEST(Outputs, ThatAreStandardOutputByAnotherNameAreThat) {
  const TemporaryFolder folder;
  const std::string file = (folder / "rows.jsonl").string();
  const Invocation command{
      .arguments = {"embed", "--model", small_model().string(), "--quiet", "--output", "/proc/self/fd/1", "hi"},
      .input = {},
      .output_to = file,
      .environment = {}};
  ASSERT_EQ(run(command).status, 0);
  EXPECT_THAT(read(file), testing::StartsWith("{\"embedding\""));
  EXPECT_FALSE(std::filesystem::exists(file + ".partial"));
}

TEST(Outputs, OfFoldersMayEndInASlashButAreNotTheFolderItself) {
  const TemporaryFolder folder;
  write(folder / "p.tsv", "anchor\tpositive\na\tb\nc\td\ne\tf\n");
  const auto train = [&](const std::string& output) {
    return run({"train", "sentence", "--model", small_model().string(), "--data", (folder / "p.tsv").string(), "--loss",
                "mnr", "--quiet", "--output", output});
  };
  EXPECT_EQ(train((folder / "model/").string()).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "model/model.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(folder / "model/.checkpoint"));
  EXPECT_EQ(train(".").status, 2);
}

}  // namespace
}  // namespace mana::program
