// mana compress: what it writes is what sentence-transformers loads (tools/golden/compressed_models.py), and it refuses
// to spoil a model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/packed_model.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::HasSubstr;

std::filesystem::path fixture(std::string_view name) { return fixture_path() / name; }

class Compress : public testing::Test {
 protected:
  Outcome compress(std::vector<std::string> more, const std::filesystem::path& model = small_model()) const {
    more.insert(more.begin(), {"compress", "--model", model.string(), "--output", output().string(), "--quiet"});
    return run(std::move(more));
  }
  std::filesystem::path output() const { return folder_ / "out" / "model"; }
  /// What lies beside the output, itself included.
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(folder_ / "out"), std::filesystem::directory_iterator());
  }
  void SetUp() override { std::filesystem::create_directory(folder_ / "out"); }

  TemporaryFolder folder_;
};

TEST_F(Compress, WritesFoldersThatTheReferenceReadsAsTheProgramDoes) {
  const json::Document document = json::Document::read(fixture("compressed/expected.json"));
  std::string texts;
  for (const json::Value& text : document.root().at("texts").array()) {
    texts += std::string(text.string()) + "\n";
  }
  for (const json::Value& example : document.root().at("cases").array()) {
    std::vector<std::string> arguments = {"--force"};
    std::string all;
    for (const json::Value& argument : example.at("arguments").array()) {
      const std::string_view text = argument.string();
      arguments.push_back(text == "CORPUS" ? fixture("compressed/corpus.txt").string() : std::string(text));
      all += " " + arguments.back();
    }
    SCOPED_TRACE(std::string(example.at("model").string()) + all);
    const Outcome outcome = compress(arguments, fixture(example.at("model").string()));
    ASSERT_EQ(outcome.status, 0) << outcome.errors;

    const Outcome embedded = run({"embed", "--model", output().string(), "--precision", "f32", "--quiet"}, texts);
    ASSERT_EQ(embedded.status, 0) << embedded.errors;
    const std::vector<std::string> lines = lines_of(embedded.output);
    const std::vector<json::Value> expected = example.at("embeddings").array();
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t text = 0; text < lines.size(); ++text) {
      const json::Document line = json::Document::parse(lines[text], "output");
      const std::vector<json::Value> vector = line.root().at("embedding").array(), wanted = expected[text].array();
      ASSERT_EQ(vector.size(), wanted.size());
      double largest = 1;
      for (const json::Value& value : wanted) largest = std::max(largest, std::abs(value.number()));
      for (std::size_t i = 0; i < vector.size(); ++i) {
        ASSERT_NEAR(vector[i].number(), wanted[i].number(), 1e-5 * largest) << "text " << text;
      }
    }
  }
}

TEST_F(Compress, PrintsATableOfBeforeAndAfter) {
  const Outcome outcome = compress({"--layers", "1"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const std::vector<std::string> lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("texts/s  agreement"));
  EXPECT_THAT(lines[1], HasSubstr("100.00"));
  EXPECT_TRUE(lines[2].starts_with("compressed")) << lines[2];
}

TEST_F(Compress, MeasuresByJudgedPairsWhereThereAreSome) {
  write(folder_ / "pairs.tsv",
        "score\tsentence1\tsentence2\n5\tthe cat\tthe cat\n1\tthe cat\thello world\n3\tthe cat\tthe mat\n");
  const Outcome outcome =
      compress({"--static", "--dimensions", "8", "--data", (folder_ / "pairs.tsv").string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const json::Document document = json::Document::parse(outcome.output, "output");
  const json::Value before = document.root().at("before"), after = document.root().at("after");
  EXPECT_EQ(document.root().at("pairs").integer(), 3);
  EXPECT_NEAR(document.root().at("drop").number(), before.at("spearman").number() - after.at("spearman").number(),
              1e-9);
  EXPECT_EQ(after.at("dimensions").integer(), 8);
  EXPECT_LT(after.at("bytes").integer(), before.at("bytes").integer());
  EXPECT_GT(after.at("texts_per_second").number(), 0);
  EXPECT_TRUE(document.root().at("written").boolean());
}

TEST_F(Compress, RefusesToSpoilAModelUnlessForced) {
  const Outcome refused = compress({"--dimensions", "2"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("points are lost, more than 2.00; allow it with --max-drop or --force"));
  EXPECT_EQ(lines_of(refused.output).size(), 3U);
  EXPECT_EQ(entries(), 0);

  EXPECT_EQ(compress({"--layers", "1", "--max-drop", "0"}).status, 1);
  EXPECT_EQ(entries(), 0);
  EXPECT_EQ(compress({"--dimensions", "2", "--max-drop", "200"}).status, 0);
  EXPECT_EQ(entries(), 1);
  const Outcome again = compress({"--dimensions", "30"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr("exists and is not empty"));
  EXPECT_EQ(compress({"--dimensions", "2", "--force"}).status, 0);
  EXPECT_EQ(entries(), 1);
}

TEST_F(Compress, ForceReplacesModelsOnlyAndNeverTheOneItReads) {
  std::filesystem::create_directory(output());
  write(output() / "precious.txt", "x");
  const Outcome outcome = compress({"--layers", "1", "--force"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("holds something else than a model"));
  EXPECT_TRUE(std::filesystem::exists(output() / "precious.txt"));

  const std::filesystem::path model = folder_ / "out" / "whole";
  std::filesystem::copy(small_model(), model, std::filesystem::copy_options::recursive);
  for (const std::filesystem::path& place : {model, model.parent_path()}) {
    const Outcome same =
        run({"compress", "--model", model.string(), "--output", place.string(), "--layers", "1", "--force", "--quiet"});
    EXPECT_EQ(same.status, 1);
    EXPECT_THAT(same.errors, HasSubstr("holds the model that is to be compressed"));
  }
  EXPECT_TRUE(std::filesystem::exists(model / "model.safetensors"));
}

TEST_F(Compress, SaysWhatCannotBe) {
  const auto refused = [&](std::vector<std::string> arguments, int status, const std::string& message,
                           const std::filesystem::path& model = small_model()) {
    const Outcome outcome = compress(std::move(arguments), model);
    EXPECT_EQ(outcome.status, status);
    EXPECT_THAT(outcome.errors, HasSubstr(message));
    EXPECT_EQ(entries(), 0);
  };
  const std::string corpus = fixture("compressed/corpus.txt").string();
  refused({"--no-pack"}, 2, "nothing is left to do");
  refused({"--no-pack", "--layers", "1", "--levels", "avx2"}, 2, "--levels and --no-pack contradict each other");
  refused({"--no-pack", "--precision", "int8"}, 2, "is stored in the packed model");
  refused({"--levels", "avx2,sse"}, 2, "--levels takes avx2, avx512 or amx, not 'sse'");
  refused({"--vocabulary", "90"}, 2, "--vocabulary needs a --corpus");
  refused({"--method", "prefix"}, 2, "needs --dimensions");
  refused({"--static", "--dimensions", "4", "--method", "prefix"}, 2, "leave out --method");
  refused({"--layers", "1;2"}, 2, "--layers takes a number");
  refused({"--layers", "1", "--max-drop", "many"}, 2, "--max-drop takes points");
  refused({"--layers", "3"}, 1, "3 layers cannot be kept: the model has 2");
  refused({"--layers", "1,0"}, 1, "they must ascend");
  refused({"--layers", "1"}, 1, "which has no layers", fixture("static_models/plain"));
  refused({"--static"}, 1, "a static embedding of 256 dimensions cannot be made: the model has 32");
  refused({"--static"}, 1, "is a static embedding already", fixture("static_models/plain"));
  refused({"--static", "--dimensions", "4"}, 1, "has no tokenizer.json", small_model("vocabulary_file"));
  refused({"--static", "--dimensions", "4"}, 1, "lower-cases texts before", small_model("older_lower_case"));
  refused({"--dimensions", "33"}, 1, "33 dimensions cannot be kept: the model's vectors have 32");
  refused({"--dimensions", "8", "--corpus", corpus}, 1, "4 texts are too few");
  refused({"--vocabulary", "20", "--corpus", corpus}, 1, "a vocabulary of 20 tokens is too small");
  refused({"--vocabulary", "94", "--corpus", corpus}, 1, "as model2vec does", fixture("static_models/model2vec"));
  refused({"--layers", "1"}, 1, "there is no", folder_ / "no such");
}

TEST_F(Compress, PacksForTheProcessorAndThePrecisionAskedFor) {
  const Outcome outcome = compress({"--precision", "int8", "--max-drop", "100", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const json::Document document = json::Document::parse(outcome.output, "output");
  const auto packed = std::filesystem::file_size(output() / models::kPackedModelFile);
  EXPECT_EQ(document.root().at("after").at("packed_bytes").integer(), packed);
  EXPECT_EQ(document.root().at("before").at("packed_bytes").integer(), 0);
  EXPECT_EQ(document.root().at("after").at("precision").string(), "int8");
  const Outcome inspected = run({"inspect", "--model", output().string()});
  EXPECT_THAT(inspected.output, HasSubstr("packed model"));
  EXPECT_THAT(inspected.output, HasSubstr("meant for int8"));
  EXPECT_EQ(run({"verify", "--model", output().string()}).status, 0);

  // A packed model is compressed like any other; what it had packed does not outlive its weights.
  const std::filesystem::path source = folder_ / "source";
  std::filesystem::rename(output(), source);
  ASSERT_EQ(compress({"--layers", "1"}, source).status, 0);
  EXPECT_EQ(run({"verify", "--model", output().string()}).status, 0);
  ASSERT_EQ(compress({"--layers", "1", "--no-pack", "--force"}, source).status, 0);
  EXPECT_FALSE(std::filesystem::exists(output() / models::kPackedModelFile));
}

TEST_F(Compress, PacksWithoutCompressingOnRequest) {
  for (const std::filesystem::path& model : {small_model(), fixture("static_models/plain")}) {
    const Outcome outcome = compress({"--json", "--force"}, model);
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_NEAR(json::Document::parse(outcome.output, "output").root().at("drop").number(), 0, 0.1);
    const Outcome plain = run({"embed", "--model", model.string(), "the cat"});
    const Outcome packed = run({"embed", "--model", output().string(), "the cat"});
    EXPECT_EQ(packed.output, plain.output);
    EXPECT_THAT(run({"inspect", "--model", output().string()}).output, HasSubstr("packed model"));
  }
}

TEST_F(Compress, BFloat16HalvesEveryWeight) {
  ASSERT_EQ(compress({"--precision", "bf16", "--max-drop", "5"}, small_model("dense_tanh")).status, 0);
  for (const std::filesystem::path& folder : {output(), output() / "2_Dense"}) {
    const formats::StoredWeights stored_weights = formats::StoredWeights::open(folder);
    for (const auto& [name, tensor] : stored_weights.tensors()) EXPECT_EQ(tensor.dtype, DType::bf16) << name;
  }
}

TEST_F(Compress, LeavesNothingBehindWhenItIsInterrupted) {
  std::filesystem::create_directory(folder_ / "texts");
  std::string corpus;
  for (int line = 0; line < 400000; ++line) corpus += "the cat sat on the mat, hello world\n";
  write(folder_ / "texts" / "corpus.txt", corpus);
  Process process({"compress", "--model", small_model().string(), "--output", output().string(), "--vocabulary", "94",
                   "--corpus", (folder_ / "texts" / "corpus.txt").string(), "--static", "--dimensions", "8"});
  ASSERT_TRUE(eventually([&] { return entries() > 0 && process.blocks(SIGINT); }));
  process.signal(SIGINT);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_THAT(outcome.errors, HasSubstr("interrupted; nothing was written"));
  EXPECT_EQ(entries(), 0);
}

}  // namespace
}  // namespace mana::program
