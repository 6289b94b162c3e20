#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "mana/formats/safetensors.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> embed(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"embed", "--model", small_model().string(), "--quiet"});
  return arguments;
}

void expect_failure(const Outcome& outcome, const std::string& sentence) {
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, StartsWith("mana: "));
  EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1) << outcome.errors;
}

TEST(Failure, OfAFullDiskIsOneSentence) {
  expect_failure(run(embed({"x", "--output", "/dev/full"})), "cannot write /dev/full: No space left on device");
  expect_failure(run(embed({"x", "--output", "/dev/full", "--format", "npy"})), "No space left on device");
  expect_failure(run(Invocation{embed({"x"}), "", "/dev/full", {}}), "standard output: No space left on device");
  expect_failure(run(Invocation{{"tokenize", "--model", small_model().string(), "x"}, "", "/dev/full", {}}),
                 "No space");
  expect_failure(run(Invocation{{"--help"}, "", "/dev/full", {}}), "No space");
  expect_failure(run(Invocation{{"embed", "--help"}, "", "/dev/full", {}}), "No space");
  EXPECT_FALSE(std::filesystem::exists("/dev/full.partial"));
}

/// A copy of the small model in which some weights are no numbers.
std::filesystem::path broken_model(const TemporaryFolder& folder) {
  const std::filesystem::path model = folder / "broken";
  std::filesystem::copy(small_model(), model, std::filesystem::copy_options::recursive);
  const std::filesystem::path path = model / "model.safetensors";
  const formats::Safetensors weights = formats::Safetensors::open(path);
  const std::span<const std::byte> bias = weights.tensors().at("encoder.layer.0.output.LayerNorm.bias").bytes;
  std::string changed = read(path);
  changed.replace(static_cast<std::size_t>(bias.data() - weights.file().bytes().data()), bias.size(), bias.size(),
                  '\xff');
  write(path, changed);
  return model;
}

TEST(Failure, OfAVectorNamesTextAndModel) {
  const TemporaryFolder folder;
  const std::string model = broken_model(folder).string();
  const std::string sentence = "text 1 (\"the cat\") has no vector: " + model;
  const auto with = [&](const std::string& command, std::vector<std::string> more) {
    more.insert(more.begin(), {command, "--model", model, "--quiet"});
    return run(more);
  };
  for (const char* type : {"f32", "f16", "binary", "ubinary"}) {
    const Outcome outcome = with("embed", {"the cat", "--embedding-type", type});
    expect_failure(outcome, sentence);
    EXPECT_EQ(outcome.output, "");
  }
  for (const char* precision : {"f32", "int8"}) {
    expect_failure(with("embed", {"the cat", "--precision", precision, "--output", (folder / "v.npy").string()}),
                   sentence);
  }
  expect_failure(with("similarity", {"the cat", "hello"}), sentence);
  const std::string sample = (folder / "sample.txt").string(), table = (folder / "sts.tsv").string();
  write(sample, "the cat\nhello\n");
  write(table, "score\tsentence1\tsentence2\n1\tthe cat\thello\n2\ta\tb\n");
  expect_failure(with("embed", {"x", "--embedding-type", "int8", "--calibrate", sample}),
                 "--calibrate " + sample + ": " + sentence);
  EXPECT_EQ(run({"eval", "sts", "--model", model, "--data", table}).status, 1);
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) left.push_back(entry.path().filename());
  EXPECT_EQ(left.size(), 3);
  const Outcome distilled =
      with("compress", {"--static", "--dimensions", "8", "--output", (folder / "small").string()});
  EXPECT_EQ(distilled.status, 1);
  EXPECT_THAT(distilled.errors, HasSubstr("has no vector: the model gives"));
  EXPECT_FALSE(std::filesystem::exists(folder / "small"));
}

TEST(Failure, OfANumberThatF16DoesNotHoldNamesTheText) {
  const TemporaryFolder folder;
  const std::filesystem::path source = fixture_path("static_models/plain"), model = folder / "large";
  std::filesystem::copy(source, model, std::filesystem::copy_options::recursive);
  const formats::Safetensors weights = formats::Safetensors::open(source / "model.safetensors");
  const auto& [name, table] = *weights.tensors().begin();
  const std::vector<float> large(formats::element_count(table.shape), 7e4F);
  const formats::TensorToWrite tensors[] = {{name, DType::f32, table.shape, std::as_bytes(std::span(large))}};
  formats::write_safetensors(model / "model.safetensors", tensors);
  for (const char* format : {"jsonl", "npy", "tsv"}) {
    const Outcome outcome = run({"embed", "--model", model.string(), "--quiet", "--embedding-type", "f16", "the cat",
                                 "--format", format, "--output", (folder / "vectors").string()});
    expect_failure(outcome, "the vector of \"the cat\" has a number beyond 65504, which f16 does not hold; take f32");
    EXPECT_FALSE(std::filesystem::exists(folder / "vectors"));
  }
  EXPECT_EQ(run({"embed", "--model", model.string(), "--quiet", "the cat"}).status, 0);
}

TEST(Failure, OfTheOutputComesBeforeTheWork) {
  const TemporaryFolder folder;
  expect_failure(run(embed({"x", "--output", (folder / "none" / "v.npy").string()})), "there is no folder");
  expect_failure(run(embed({"x", "--output", folder.path().string()})), "is a folder, not a file");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Failure, OfTheInputNamesThePlace) {
  const TemporaryFolder folder;
  const auto input = [&](const std::string& name, std::string_view text) {
    write(folder / name, text);
    return (folder / name).string();
  };
  expect_failure(run(embed({"--input", folder.path().string()})), "is a folder, not a file of texts");
  expect_failure(run(embed({"--input", (folder / "none.txt").string()})), "none.txt: No such file");
  expect_failure(run(embed({"--input", input("a.jsonl", "{\"text\": \"x\"}\n{\"text\": 5}\n")})),
                 "a.jsonl:2: text must be a string");
  expect_failure(run(embed({"--input", input("b.jsonl", "{\"text\": \"x\"}\n{\"text\"\n")})),
                 "b.jsonl:2: not valid JSON");
  expect_failure(run(embed({"--input", input("c.jsonl", "[1]\n")})), "c.jsonl:1: must be an object");
  expect_failure(run(embed({"--input", input("d.tsv", "a\tb\n1\t2\n")})), "has no column text; its columns are a, b");
  expect_failure(run(embed({"--input", input("e.tsv", "a\ttext\n1\t2\n1\n")})), "e.tsv:3 has 1 fields");
  expect_failure(run(embed({"--input", input("f.tsv", "")})), "f.tsv is empty");
}

TEST(Failure, LeavesNoFileBehind) {
  const TemporaryFolder folder;
  write(folder / "texts.jsonl", "{\"text\": \"x\"}\n{\"text\": 5}\n");
  const Outcome outcome =
      run(embed({"--input", (folder / "texts.jsonl").string(), "--output", (folder / "v.npy").string()}));
  EXPECT_EQ(outcome.status, 1);
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) left.push_back(entry.path().filename());
  EXPECT_THAT(left, testing::ElementsAre("texts.jsonl"));
}

TEST(Failure, OfAModelSaysWhatToDo) {
  const TemporaryFolder folder;
  const Outcome outcome = run(Invocation{
      {"embed", "x", "--model", "no-such-model"}, "", std::nullopt, {"MANA_HOME=" + folder.path().string()}});
  expect_failure(outcome, "there is no model \"no-such-model\"");
  expect_failure(run({"embed", "x", "--quiet", "--model", folder.path().string()}), folder.path().string());
}

TEST(Model, InAFolderNeedsNoHome) {
  const std::vector<std::string> nowhere = {"HOME=", "MANA_HOME="};
  EXPECT_EQ(run(Invocation{embed({"x"}), "", std::nullopt, nowhere}).status, 0);
  expect_failure(run(Invocation{{"embed", "x", "--quiet"}, "", std::nullopt, nowhere}), "set MANA_HOME");
}

TEST(ClosedPipe, EndsTheProgramQuietly) {
  const TemporaryFolder folder;
  const std::filesystem::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  // A reader that takes a little and goes away, as `head -1` does.
  std::thread reader([&] {
    const int descriptor = ::open(pipe.c_str(), O_RDONLY);
    char bytes[16];
    EXPECT_GT(::read(descriptor, bytes, sizeof bytes), 0);
    ::close(descriptor);
  });
  std::string input;
  for (int i = 0; i < 6000; ++i) input += "text " + std::to_string(i) + "\n";
  const Outcome outcome = run(Invocation{embed({}), input, pipe.string(), {}});
  reader.join();
  EXPECT_EQ(outcome.status, 141);
  EXPECT_THAT(outcome.errors, IsEmpty());
}

}  // namespace
}  // namespace mana::program
