// Models of CTranslate2 as folders of ours, which give the log-probabilities and the outputs that it gives.
#include "mana/jobs/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/kernels/run.h"
#include "mana/kernels/table.h"
#include "mana/models/transformer/ctranslate2.h"
#include "mana/models/transformer/reference_transformer.h"
#include "mana/models/transformer/transformer_files.h"
#include "mana/text/marian_tokenizers.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFixtures = fixture_path("ctranslate2");

using Ids = std::vector<std::int32_t>;

std::vector<std::string> strings(const json::Value& list) {
  std::vector<std::string> texts;
  for (const json::Value& each : list.array()) texts.emplace_back(each.string());
  return texts;
}

/// A folder of CTranslate2, and what became of it.
class Converted {
 public:
  explicit Converted(const std::filesystem::path& folder)
      : original_(models::read_ctranslate2_transformer(folder)),
        result(convert_ctranslate2({folder, folder_ / "converted"})),
        model_(models::load_transformer(path(), kernels_.layout)) {}

  std::filesystem::path path() const { return folder_ / "converted"; }

  Ids source(const std::vector<std::string>& tokens) const {
    Ids ids = ids_of(tokens, original_.vocabularies.source);
    if (original_.tokens.source_begins) ids.insert(ids.begin(), id_of(original_.tokens.begin));
    if (original_.tokens.source_ends) ids.push_back(id_of(original_.tokens.end));
    return ids;
  }
  Ids target(const std::vector<std::string>& tokens) const { return ids_of(tokens, original_.vocabularies.target); }

  /// Of each target's tokens and of its end.
  std::vector<double> log_probabilities(const Ids& source, const Ids& target) {
    Ids inputs = target;
    inputs.insert(inputs.begin(), config().start);
    const std::vector<std::vector<double>> rows = log_softmax(source, inputs);
    std::vector<double> found;
    for (std::size_t t = 0; t < target.size(); ++t) found.push_back(rows[t][static_cast<std::size_t>(target[t])]);
    found.push_back(rows.back()[static_cast<std::size_t>(config().end)]);
    return found;
  }

  /// The same by the Transformer's equations in double.
  std::vector<double> log_probabilities_by_equations(const Ids& source, const Ids& target) const {
    models::TrainableTransformer trainable(path(), kernels::Isa::portable, kernels::Precision::f32);
    Ids inputs = target;
    inputs.insert(inputs.begin(), config().start);
    std::vector<std::uint32_t> labels(target.begin(), target.end());
    labels.push_back(static_cast<std::uint32_t>(config().end));
    const std::vector<std::uint32_t> source_ends = {0, static_cast<std::uint32_t>(source.size())};
    const std::vector<std::uint32_t> target_ends = {0, static_cast<std::uint32_t>(inputs.size())};
    std::vector<double> found = models::ReferenceTransformer(trainable).losses(
        {.ids = source, .type_ids = {}, .offsets = source_ends},
        {.ids = inputs, .type_ids = {}, .offsets = target_ends}, labels, 0, {});
    for (double& loss : found) loss = -loss;
    return found;
  }

  /// The likeliest token after the other, from the whole each time.
  Ids greedy(const Ids& source, std::size_t most, const Ids& prefix = {}) {
    Ids inputs = prefix;
    inputs.insert(inputs.begin(), config().start);
    while (inputs.size() <= most) {
      const std::vector<double> row = log_softmax(source, inputs).back();
      const auto next = static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin());
      if (next == config().end) break;
      inputs.push_back(next);
    }
    return {inputs.begin() + 1, inputs.end()};
  }

  const models::TransformerConfig& config() const { return model_.config; }

 private:
  std::int32_t id_of(const std::string& token) const { return ids_of({token}, original_.vocabularies.source).front(); }

  static Ids ids_of(const std::vector<std::string>& tokens, const std::vector<std::string>& vocabulary) {
    Ids ids;
    for (const std::string& token : tokens) {
      ids.push_back(static_cast<std::int32_t>(std::ranges::find(vocabulary, token) - vocabulary.begin()));
    }
    return ids;
  }

  std::vector<std::vector<double>> log_softmax(const Ids& source, const Ids& target) {
    const std::vector<std::uint32_t> source_ends = {0, static_cast<std::uint32_t>(source.size())};
    const std::vector<std::uint32_t> target_ends = {0, static_cast<std::uint32_t>(target.size())};
    const nn::TokenBatch sources = {.ids = source, .type_ids = {}, .offsets = source_ends};
    const nn::TokenBatch targets = {.ids = target, .type_ids = {}, .offsets = target_ends};
    const nn::Run run{kernels_, pool_, nullptr};
    const Tensor memory = model_.encode(run, sources);
    const Tensor logits = model_.output(run, model_.decode(run, targets, memory, sources.sequences()));
    std::vector<std::vector<double>> rows;
    for (std::size_t t = 0; t < logits.rows(); ++t) {
      const float* row = logits.data() + t * logits.columns();
      std::vector<double>& values = rows.emplace_back(row, row + logits.columns());
      const double largest = std::ranges::max(values);
      double sum = 0;
      for (const double value : values) sum += std::exp(value - largest);
      for (double& value : values) value -= largest + std::log(sum);
    }
    return rows;
  }

  const kernels::Table& kernels_ = kernels::table(kernels::choose_isa(), kernels::Precision::f32);
  Pool pool_;
  TemporaryFolder folder_;
  models::ConvertedTransformer original_;

 public:
  ConvertResult result;

 private:
  models::Transformer model_;
};

class ConvertTest : public testing::TestWithParam<const char*> {};

TEST_P(ConvertTest, GivesTheLogProbabilitiesAndOutputsOfCTranslate2) {
  const std::filesystem::path folder = kFixtures / GetParam();
  Converted model(folder);
  const json::Document expected = json::Document::read(folder / "expected.json");
  for (const json::Value& each : expected.root().at("cases").array()) {
    const Ids source = model.source(strings(each.at("source")));
    const std::vector<double> found = model.log_probabilities(source, model.target(strings(each.at("target"))));
    const std::vector<json::Value> wanted = each.at("log_probs").array();
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t t = 0; t < found.size(); ++t) EXPECT_NEAR(found[t], wanted[t].number(), 1e-5) << t;
    EXPECT_EQ(model.greedy(source, 15), model.target(strings(each.at("greedy"))));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ConvertTest, testing::Values("before", "behind", "unscaled", "old_integers"));

TEST(Convert, SaysWhatTheModelIs) {
  const Converted before(kFixtures / "before");
  EXPECT_EQ(before.result.tokenizer, ConvertedTokenizer::characters);
  EXPECT_EQ(before.config().encoder.layers, 2U);
  EXPECT_EQ(before.config().activation_name, "silu");
  EXPECT_TRUE(before.config().last_norms);
  const Converted behind(kFixtures / "behind");
  EXPECT_EQ(behind.result.tokenizer, ConvertedTokenizer::spaces);
  EXPECT_TRUE(behind.config().one_table);
  EXPECT_TRUE(behind.config().tied_output);
  EXPECT_EQ(behind.config().target_vocabulary, 11U) << "<pad>, a vector of zeros, is one more";
  EXPECT_EQ(behind.config().start, 10);
  EXPECT_EQ(behind.config().positions, 40U);
}

TEST(Convert, SearchesAsCTranslate2Does) {
  const Converted behind(kFixtures / "behind");
  const json::Document search = json::Document::read(behind.path() / "generation_config.json");
  EXPECT_EQ(search.root().at("num_beams").integer(), 2);
  EXPECT_EQ(search.root().at("min_length").integer(), 2) << "a token behind the start";
  EXPECT_EQ(search.root().at("pad_token_id").integer(), 10);
  EXPECT_EQ(search.root().at("eos_token_id").integer(), 0);
}

TEST(Convert, WritesATokenizerForEachLanguage) {
  const auto ids = [](const text::Tokenizer& tokenizer, const char* text) { return tokenizer.encode(text).ids; };
  const Converted before(kFixtures / "before");
  const auto characters = text::read_marian_tokenizers(before.path());
  EXPECT_EQ(ids(characters.source, "ab?"), (Ids{3, 4, 11, 2}));
  EXPECT_EQ(ids(characters.target, "جآ"), (Ids{7, 3, 2}));
  EXPECT_EQ(characters.target.decode(Ids{7, 3, 2}), "جآ");
  const Converted unscaled(kFixtures / "unscaled");
  EXPECT_EQ(ids(text::read_marian_tokenizers(unscaled.path()).source, "ab"), (Ids{1, 3, 4}));
  const Converted behind(kFixtures / "behind");
  const auto spaces = text::read_marian_tokenizers(behind.path());
  EXPECT_EQ(ids(spaces.source, "▁a fg x"), (Ids{2, 7, 1}));
  EXPECT_EQ(spaces.target.decode(Ids{2, 7, 0}), "▁a fg");
}

class ConvertRefusesTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::copy(kFixtures / "before", folder_ / "model"); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(folder_ / "model" / name, std::ios::binary) << text;
  }
  void convert(const char* output = "out") const { convert_ctranslate2({folder_ / "model", folder_ / output}); }

  TemporaryFolder folder_;
};

TEST_F(ConvertRefusesTest, NamesWhatIsWrong) {
  const std::string weights = read_file(folder_ / "model" / "model.bin");
  const auto with = [&](std::string_view old, std::string_view replacement) {
    std::string changed = weights;
    for (std::size_t at = changed.find(old); at != changed.npos; at = changed.find(old, at + 1)) {
      changed.replace(at, old.size(), replacement);
    }
    write("model.bin", changed);
  };
  with("encoder/layer_norm/gamma", "encoder/layer_norm/gamxx");
  EXPECT_THAT([&] { convert(); }, ThrowsMessage<FormatError>(HasSubstr("decoder/layer_norm/beta belongs to a kind")));
  with("encoder/layer_1/ffn/linear_1/bias", "encoder/layer_1/ffn/linear_1/xxxx");
  EXPECT_THAT([&] { convert(); }, ThrowsMessage<FormatError>(HasSubstr("linear_1/xxxx belongs to a kind")));
  with("decoder/layer_0/attention/linear_2/weight", "decoder/layer_0/attention/linear_x/weight");
  EXPECT_THAT([&] { convert(); },
              ThrowsMessage<FormatError>(HasSubstr("no variable decoder/layer_0/attention/linear_2")));
  write("model.bin", weights.substr(0, weights.size() / 2));
  EXPECT_THAT([&] { convert(); }, ThrowsMessage<FormatError>(HasSubstr("download the file again")));
  write("model.bin", weights);
  write("source_vocabulary.json", R"(["a", "<unk>"])");
  EXPECT_THAT([&] { convert(); },
              ThrowsMessage<FormatError>(HasSubstr("has 2 tokens, but its table in model.bin 12 rows")));
  write("target_vocabulary.json", R"(["a", "<s>"])");
  EXPECT_THAT([&] { convert(); }, ThrowsMessage<FormatError>(HasSubstr("has no token \"</s>\"")));
  write("config.json", R"({"decoder_start_token": null})");
  EXPECT_THAT([&] { convert(); }, ThrowsMessage<FormatError>(HasSubstr("lacks decoder_start_token")));
  EXPECT_FALSE(folder_exists(folder_ / "out")) << "nothing is left behind";
}

TEST_F(ConvertRefusesTest, LeavesWhatIsThere) {
  EXPECT_THROW(convert("model"), ArgumentError);
  convert();
  EXPECT_THROW(convert(), IoError);
}

/// A trained model of CTranslate2's own tests, in f32 and in int8.
TEST(Convert, TransliteratesAsCTranslate2) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const std::filesystem::path original = std::filesystem::path(data) / "ct2-aren-transliteration";
  for (const char* weights : {"model.bin", "int8-model.bin"}) {
    const bool exact = weights == std::string_view("model.bin");
    const TemporaryFolder folder;
    for (const char* name : {"source_vocabulary.txt", "target_vocabulary.txt"}) {
      std::filesystem::copy_file(original / name, folder / name);
    }
    std::filesystem::copy_file(original / weights, folder / "model.bin");
    Converted model(folder.path());
    std::ifstream lines(original / "cases.jsonl");
    std::size_t cases = 0;
    for (std::string line; std::getline(lines, line); ++cases) {
      const json::Document document = json::Document::parse(line, "cases.jsonl");
      const json::Value each = document.root();
      const Ids source = model.source(strings(each.at("source")));
      if (each.at("kind").string() == "score") {
        const Ids target = model.target(strings(each.at("target")));
        const std::vector<double> found = model.log_probabilities(source, target);
        const std::vector<double> by_equations = model.log_probabilities_by_equations(source, target);
        ASSERT_EQ(found.size(), by_equations.size());
        for (std::size_t t = 0; t < found.size(); ++t) EXPECT_NEAR(found[t], by_equations[t], 1e-5) << t;
        if (!exact) continue;  // integers stand for other weights, and CTranslate2 itself rounds more than these
        const std::vector<json::Value> wanted = each.at("log_probs_incl_eos").array();
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t t = 0; t < found.size(); ++t) EXPECT_NEAR(found[t], wanted[t].number(), 1e-5) << t;
      } else {
        const auto prefix = each.find("prefix");
        EXPECT_EQ(model.greedy(source, 20, prefix ? model.target(strings(*prefix)) : Ids{}),
                  model.target(strings(each.at("output"))));
      }
    }
    EXPECT_EQ(cases, 5U);
  }
}

}  // namespace
}  // namespace mana::jobs
