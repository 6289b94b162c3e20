// Models' folders from outside: adapters, links to nothing, other files in the place of weights, other tasks, and where
// models are found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const fs::path kAdapters = fixture_path("adapters");

class Folder : public testing::Test {
 protected:
  /// A copy of the small model that may be changed.
  Folder() { copy(small_model(), model()); }

  static void copy(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  static void edit(const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = read(file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(file, text.replace(at, from.size(), to));
  }
  fs::path model() const { return folder_.path() / "model"; }
  Outcome embed() const { return run({"embed", "--quiet", "--model", model().string(), "the cat"}); }
  void expect_refusal(const std::string& what) const {
    const Outcome outcome = embed();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, IsEmpty());
    EXPECT_THAT(outcome.errors, HasSubstr(what));
  }

  TemporaryFolder folder_;
};

TEST_F(Folder, AnAdapterIsMergedAndVerified) {
  const std::string without = embed().output;
  copy(kAdapters / "patterns", model());
  EXPECT_NE(embed().output, without);
  const Outcome verified = run({"verify", "--model", model().string()});
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("golden_sentences.jsonl: 2 sentences"));
}

TEST_F(Folder, APackedModelOfTheBaseDoesNotHideAnAdapter) {
  const fs::path packed = folder_.path() / "packed";
  ASSERT_EQ(run({"compress", "--quiet", "--precision", "f32", "--max-drop", "100", "--model", model().string(),
                 "--output", packed.string()})
                .status,
            0);
  const std::string without = run({"embed", "--quiet", "--model", packed.string(), "the cat"}).output;
  copy(kAdapters / "plain", packed);
  const Outcome with = run({"similarity", "--model", packed.string(), "the cat", "the mat"});
  EXPECT_THAT(with.errors, HasSubstr("model.mana is not used: the model's weights or tokenizer are not those"));
  EXPECT_NE(run({"embed", "--quiet", "--model", packed.string(), "the cat"}).output, without);
}

TEST_F(Folder, CompressingWritesMergedWeightsAndNoAdapter) {
  copy(kAdapters / "plain", model());
  const fs::path output = folder_.path() / "compressed";
  ASSERT_EQ(run({"compress", "--quiet", "--precision", "f32", "--max-drop", "100", "--model", model().string(),
                 "--output", output.string()})
                .status,
            0);
  EXPECT_FALSE(fs::exists(output / "adapter_config.json"));
  EXPECT_FALSE(fs::exists(output / "adapter_model.safetensors"));
  const auto f32 = [](const fs::path& folder) {
    return run({"embed", "--quiet", "--precision", "f32", "--model", folder.string(), "the cat"}).output;
  };
  EXPECT_EQ(f32(output), f32(model()));
}

TEST_F(Folder, AnotherMethodThanLoraIsRefused) {
  copy(kAdapters / "plain", model());
  edit(model() / "adapter_config.json", R"("peft_type": "LORA")", R"("peft_type": "IA3")");
  expect_refusal("adapter_config.json: peft_type is IA3; only LORA is supported");
}

TEST_F(Folder, ALinkToNothingIsNoMissingFile) {
  for (const char* file : {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
                           "adapter_config.json", "model.mana", "1_Pooling/config.json"}) {
    const fs::path path = model() / file;
    const bool there = fs::exists(path);
    if (there) fs::rename(path, path.string() + ".kept");
    fs::create_symlink("../blobs/gone", path);
    expect_refusal("is a link to ../blobs/gone, which is not there");
    fs::remove(path);
    if (there) fs::rename(path.string() + ".kept", path);
  }
  EXPECT_EQ(embed().status, 0);
  fs::create_symlink("nowhere", folder_.path() / "link");
  EXPECT_THAT(run({"embed", "--model", (folder_.path() / "link").string(), "x"}).errors,
              HasSubstr("link is a link to nowhere, which is not there"));
}

TEST_F(Folder, WhatLiesInThePlaceOfAFileIsNamed) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 77\n";
  for (const char* file : {"model.safetensors", "config.json", "tokenizer.json", "modules.json"}) {
    const std::string kept = read(model() / file);
    write(model() / file, pointer);
    expect_refusal(std::string(file) + " is a pointer of git lfs, not the file itself of 77 bytes");
    write(model() / file, "\r\n<!DOCTYPE html><html>");
    expect_refusal(std::string(file) + " is a web page");
    write(model() / file, "");
    expect_refusal(std::string(file) + " is empty");
    write(model() / file, kept);
  }
  const std::string weights = read(model() / "model.safetensors");
  write(model() / "model.safetensors", weights.substr(0, weights.size() - 321));
  expect_refusal("the file is cut short: 321 bytes are missing");
}

TEST_F(Folder, WeightsInAnotherFormAreNamedBeforeAllElse) {
  fs::remove_all(model());
  fs::create_directories(model());
  write(model() / "tiny.Q4_K_M.gguf", "GGUF");
  expect_refusal("it has weights only as tiny.Q4_K_M.gguf, GGUF");
}

TEST_F(Folder, ACrossEncoderIsRefusedUnlessItsModulesAreListed) {
  edit(model() / "config.json", "BertModel", "BertForSequenceClassification");
  EXPECT_EQ(embed().status, 0) << "modules.json says that it is an encoder";
  fs::remove(model() / "modules.json");
  expect_refusal("BertForSequenceClassification is a classifier of texts or pairs");
  EXPECT_EQ(run({"tokenize", "--model", model().string(), "the cat"}).status, 0);
}

TEST_F(Folder, NotesAreSaidOnceByEveryCommandAndNotWhenQuiet) {
  edit(model() / "config.json", "BertModel", "BertForMaskedLM");
  fs::remove(model() / "modules.json");
  const std::string note = "has no modules.json: mean pooling is assumed; BertForMaskedLM is a masked language model";
  const std::string name = model().string();
  write(folder_ / "pairs.tsv", "sentence1\tsentence2\tscore\nthe cat\tthe mat\t1\na\tb\t2\nthe\tcat\t3\n");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"embed", "the cat"},
                                             {"similarity", "the cat", "the mat"},
                                             {"inspect"},
                                             {"eval", "sts", "--data", (folder_.path() / "pairs.tsv").string()}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"--model", name});
    const std::string errors = run(arguments).errors;
    const std::size_t first = errors.find(note);
    EXPECT_NE(first, std::string::npos) << command[0] << ": " << errors;
    EXPECT_EQ(errors.find(note, first + 1), std::string::npos) << command[0] << " says it twice";
    arguments.push_back("--quiet");
    EXPECT_THAT(run(arguments).errors, Not(HasSubstr("modules.json"))) << command[0];
  }
}

TEST_F(Folder, ModelsAreFoundInHuggingFacesCache) {
  const fs::path cache = folder_.path() / "the cache", repository = cache / "models--somebody--tiny";
  copy(model(), repository / "snapshots" / "0a1b");
  fs::create_directories(repository / "refs");
  write(repository / "refs" / "main", "0a1b");
  const std::string right = embed().output;
  EXPECT_EQ(run({"embed", "--quiet", "--model", repository.string(), "the cat"}).output, right);
  const auto find = [&](const std::string& name, const std::string& variable) {
    return run({.arguments = {"embed", "--quiet", "--model", name, "the cat"},
                .input = {},
                .output_to = {},
                .environment = {variable, "MANA_HOME=" + (folder_.path() / "store").string()}});
  };
  EXPECT_EQ(find("somebody/tiny", "HF_HUB_CACHE=" + cache.string()).output, right);
  EXPECT_EQ(find("tiny", "HF_HUB_CACHE=" + cache.string()).output, right);
  fs::rename(cache, folder_.path() / "hub");
  EXPECT_EQ(find("somebody/tiny", "HF_HOME=" + folder_.path().string()).output, right);
  EXPECT_THAT(find("somebody/other", "HF_HOME=" + folder_.path().string()).errors,
              AllOf(HasSubstr("there is no model \"somebody/other\""), HasSubstr("mana pull somebody/other")));
}

}  // namespace
}  // namespace mana::program
