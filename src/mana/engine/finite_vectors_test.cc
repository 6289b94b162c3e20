// A number that is none, wherever in a model it stands and in whatever precision it is computed, is seen at the end.
#include "mana/engine/finite_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <set>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/engine/encoder.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/packed_model.h"
#include "tests/support/source_path.h"

namespace mana::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::filesystem::path fixture(const std::string& name) { return fixture_path(name); }

/// A copy of a model's folder with other weights.
class ChangedModel {
 public:
  using Change = std::function<void(const std::string& name, std::span<float> values)>;

  ChangedModel(const std::filesystem::path& model, const Change& change, const std::string& module = "") {
    std::filesystem::copy(model, folder_.path(), std::filesystem::copy_options::recursive);
    const std::filesystem::path path = folder_.path() / module / "model.safetensors";
    std::vector<std::vector<float>> values;
    std::vector<formats::TensorToWrite> tensors;
    const formats::Safetensors weights = formats::Safetensors::open(model / module / "model.safetensors");
    for (const auto& [name, tensor] : weights.tensors()) {
      const bool whole = tensor.dtype == DType::i64 || tensor.dtype == DType::i32;
      std::vector<float>& numbers = values.emplace_back(whole ? 0 : formats::element_count(tensor.shape));
      if (!whole) {
        formats::to_f32(tensor, numbers);
        change(name, numbers);
      }
      tensors.push_back({name, whole ? tensor.dtype : DType::f32, tensor.shape, tensor.bytes});
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (!values[i].empty()) tensors[i].bytes = std::as_bytes(std::span(values[i]));
    }
    formats::write_safetensors(path, tensors);
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

std::set<std::string> tensors_of(const std::filesystem::path& model) {
  std::set<std::string> names;
  const formats::Safetensors weights = formats::Safetensors::open(model / "model.safetensors");
  for (const auto& [name, tensor] : weights.tensors()) names.insert(name);
  return names;
}

struct Way {
  kernels::Isa isa;
  kernels::Precision precision;
};

std::vector<Way> every_way() {
  std::vector<Way> ways;
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
      if (kernels::available(precision, isa)) ways.push_back({isa, precision});
    }
  }
  return ways;
}

void expect_refused(const std::filesystem::path& model) {
  for (const Way& way : every_way()) {
    SCOPED_TRACE(std::string(kernels::name_of(way.isa)) + " " + std::string(kernels::name_of(way.precision)));
    const Encoder encoder(model, {.threads = 1, .isa = way.isa, .precision = way.precision});
    EXPECT_THAT([&] { encoder.embed("the cat sat"); },
                ThrowsMessage<FormatError>(AllOf(HasSubstr("text 1 (\"the cat sat\")"), HasSubstr(model.string()))));
  }
}

TEST(AllFinite, TellsNumbersFromWhatIsNone) {
  std::vector<float> vector(19, std::numeric_limits<float>::max());
  vector[3] = std::numeric_limits<float>::denorm_min();
  vector[4] = -0.0f;
  EXPECT_TRUE(all_finite(vector));
  EXPECT_TRUE(all_finite({}));
  for (std::size_t place = 0; place < vector.size(); ++place) {
    for (const float none : {kNaN, -kNaN, kInfinity, -kInfinity}) {
      std::vector<float> broken = vector;
      broken[place] = none;
      EXPECT_FALSE(all_finite(broken));
    }
  }
}

class BrokenWeight : public testing::TestWithParam<const char*> {};

TEST_P(BrokenWeight, IsSeenWhereverItStands) {
  const std::filesystem::path model = fixture("sentence_models") / GetParam();
  for (const std::string& tensor : tensors_of(model)) {
    if (tensor.find("pooler") != std::string::npos || tensor.find("position_ids") != std::string::npos) continue;
    SCOPED_TRACE(tensor);
    const bool table = tensor.find("embeddings") != std::string::npos && tensor.find("LayerNorm") == std::string::npos;
    const ChangedModel broken(model, [&](const std::string& name, std::span<float> values) {
      if (name != tensor) return;
      // One number of what every text needs; any of a table, of which a text needs some rows.
      std::ranges::fill(table ? values : values.subspan(values.size() * 2 / 3, 1), kNaN);
    });
    expect_refused(broken.path());
  }
}

INSTANTIATE_TEST_SUITE_P(Models, BrokenWeight,
                         testing::Values("mean", "max", "cls", "lasttoken", "gelu_new", "relu", "dense_tanh"),
                         [](const auto& each) { return std::string(each.param); });

TEST(BrokenWeightOf, AStaticEmbeddingIsSeen) {
  for (const char* name : {"plain", "model2vec"}) {
    const ChangedModel broken(fixture("static_models") / name, [&](const std::string& tensor, std::span<float> values) {
      if (tensor == "embedding.weight" || tensor == "embeddings") std::ranges::fill(values, kInfinity);
    });
    EXPECT_THAT([&] { Encoder(broken.path()).embed("the cat sat"); },
                ThrowsMessage<FormatError>(HasSubstr("gives inf in dimension 0")));
  }
}

TEST(BrokenWeightOf, APackedModelIsSeen) {
  const ChangedModel broken(fixture("sentence_models/mean"), [](const std::string& name, std::span<float> values) {
    if (name.ends_with("intermediate.dense.weight")) values[7] = kNaN;
  });
  std::vector<models::PackTarget> targets;
  for (const Way& way : every_way()) targets.push_back({way.isa, way.precision});
  models::write_packed_model(broken.path(), targets);
  expect_refused(broken.path());
}

TEST(BrokenVector, IsThatOfTheFirstTextWithAnyNumberOfThreads) {
  // Only texts with "cat" meet the row that is broken.
  const std::filesystem::path model = fixture("sentence_models/mean");
  const Encoder whole(model, {.threads = 2});
  std::vector<text::TokenId> ids;
  whole.tokens("cat", ids);
  const ChangedModel broken(model, [&](const std::string& name, std::span<float> values) {
    if (name.ends_with("word_embeddings.weight")) values[static_cast<std::size_t>(ids.at(1)) * 32 + 5] = kNaN;
  });
  std::vector<std::string> texts(1500, "the mat");
  texts[700] = "a\tcat " + std::string(100, 'x');
  texts[701] = texts[1400] = "the cat";
  for (const unsigned threads : {1U, 2U, 3U}) {
    const Encoder encoder(broken.path(), {.threads = threads});
    EXPECT_THAT([&] { encoder.embed(texts); }, ThrowsMessage<FormatError>(AllOf(HasSubstr("text 701 (\"a\\x09cat xxx"),
                                                                                HasSubstr("…\") has no vector"))));
    // What came before is there, and the encoder goes on.
    std::size_t next = 0, rows = 0;
    const auto source = [&](std::string& text) {
      text = next == 1100 ? "cat" : "mat";
      return next++ < 2000;
    };
    EXPECT_THAT([&] { encoder.stream(source, [&](auto, auto, const Embeddings& part) { rows += part.size(); }); },
                ThrowsMessage<FormatError>(HasSubstr("text 1101 (\"cat\")")));
    EXPECT_EQ(rows, 1024U);
    EXPECT_EQ(encoder.embed("the mat"), whole.embed("the mat"));
  }
}

TEST(BrokenVector, IsNoneWhereTheRestIsCutOff) {
  const std::size_t width = Encoder(fixture("static_models/plain")).dimensions();
  const ChangedModel broken(fixture("static_models/plain"), [&](const std::string&, std::span<float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % width < 2 ? 1 : kNaN;
  });
  EXPECT_EQ(Encoder(broken.path(), {.truncate_dim = 2}).embed("the cat"), (std::vector<float>{1, 1}));
  EXPECT_THROW(Encoder(broken.path(), {.truncate_dim = 3}).embed("the cat"), FormatError);
}

TEST(BrokenVector, IsAMeanOfChunksThatOverflows) {
  const float large = 3e38f;
  const ChangedModel model(fixture("static_models/plain"),
                           [&](const std::string&, std::span<float> values) { std::ranges::fill(values, large); });
  EXPECT_EQ(Encoder(model.path()).embed("cat").at(0), large);
  const Encoder chunked(model.path(), {.max_tokens = 2, .overflow = Overflow::mean});
  EXPECT_THROW(chunked.embed("the cat sat on the mat"), FormatError);
}

TEST(Normalising, OfTheLargestNumbersGivesUnitVectors) {
  const ChangedModel model(fixture("static_models/plain"),
                           [](const std::string&, std::span<float> values) { std::ranges::fill(values, 3e38f); });
  const std::vector<float> vector = Encoder(model.path(), {.normalize = true}).embed("cat");
  for (const float value : vector) EXPECT_FLOAT_EQ(value, 1 / std::sqrt(static_cast<float>(vector.size())));
}

}  // namespace
}  // namespace mana::engine
