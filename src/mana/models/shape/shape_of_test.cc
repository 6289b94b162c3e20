// A model's shape: what the field's equations say, beside what the real model's parts count.
#include "mana/models/shape/shape_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/masked/masked_files.h"
#include "mana/models/masked/shapes.h"
#include "mana/models/transformer/transformer_files.h"

namespace mana::models {
namespace {

using testing::HasSubstr;
using PositionKind = TransformerConfig::PositionKind;

/// The first part of this name, wherever it stands.
const ShapePart* find(const std::vector<ShapePart>& parts, const std::string& name) {
  for (const ShapePart& part : parts) {
    if (part.name == name) return &part;
    if (const ShapePart* const inside = find(part.parts, name)) return inside;
  }
  return nullptr;
}

/// Every part, and what is put together of parts, has as many parameters as its formula says.
void check_formulas(const ShapePart& part, const std::string& of) {
  EXPECT_EQ(by_formula(part), counted(part)) << of << ": " << part.name << " " << part.formula.text();
  std::uint64_t sum = 0;
  for (const ShapePart& each : part.parts) {
    check_formulas(each, of + "/" + part.name);
    sum += by_formula(each);
  }
  if (!part.parts.empty()) {
    EXPECT_EQ(part.times * sum, by_formula(part)) << of << ": " << part.name << " " << part.formula.text();
  }
}

void check_formulas(const ModelShape& shape) {
  for (const auto& column : shape.columns) {
    for (const ShapePart& part : column) check_formulas(part, shape.title);
  }
}

/// Of every tensor of the whole model, each once.
template <class Model, class Tensors>
std::uint64_t all_parameters(const Model& model, const Tensors& tensors) {
  std::map<std::string, std::uint64_t> sizes;
  nn::walk(model, [&](const nn::Place& place, const auto& part) {
    for (const FileTensor& tensor : tensors(place.name, part)) {
      sizes[tensor.parameter] = formats::element_count(tensor.shape);
    }
  });
  std::uint64_t sum = 0;
  for (const auto& [name, size] : sizes) sum += size;
  return sum;
}

std::uint64_t all_parameters(const TransformerConfig& config) {
  TransformerFiles files(config);
  return all_parameters(Transformer::make(config, {}),
                        [&](const auto& name, const auto& part) { return files.tensors(name, part); });
}

std::uint64_t all_parameters(const EncoderShape& shape) {
  const MaskedFiles files(shape.config);
  if (!shape.heads.masked_words) {
    return all_parameters(Bert::make(shape.config, {}),
                          [&](const auto& name, const auto& part) { return files.names("encoder." + name, part); });
  }
  return all_parameters(BertForPretraining::make(shape.config, shape.heads.next_sentence, {}),
                        [&](const auto& name, const auto& part) { return files.names(name, part); });
}

/// d = 1024, 16 heads, inner 4096, V = 70,000, six layers and six.
TransformerConfig large() {
  TransformerConfig config;
  config.source_vocabulary = config.target_vocabulary = 70'000;
  config.model = 1024;
  config.encoder = config.decoder = {.layers = 6, .heads = 16, .inner = 4096};
  config.one_table = config.tied_output = false;
  return config;
}

TEST(ShapeOf, CountsTheTransformerAsTheCourseDoes) {
  const ModelShape shape = shape_of(large(), 128);
  const auto& encoder = shape.columns[0];
  const auto& decoder = shape.columns[1];
  const auto expect = [](const std::vector<ShapePart>& in, const std::string& name, std::uint64_t parameters,
                         const std::string& formula) {
    const ShapePart* const part = find(in, name);
    ASSERT_NE(part, nullptr) << name;
    EXPECT_EQ(counted(*part) / part->times, parameters) << name;
    EXPECT_EQ(part->formula.text(), formula) << name;
  };
  for (const char* map : {"W^Q", "W^K", "W^V"}) {
    EXPECT_EQ(find(encoder, map)->of_head.value(), 65'536U);
    EXPECT_EQ(find(encoder, map)->of_head.text(), "d·d_k");
    EXPECT_EQ(find(decoder, map)->of_head.value(), 65'536U);
  }
  expect(encoder, "attention", 4'198'400, "4(d² + d)");
  expect(decoder, "masked attention", 4'198'400, "4(d² + d)");
  expect(decoder, "cross-attention", 4'198'400, "4(d² + d)");
  expect(encoder, "feed-forward", 8'393'728, "2d·d_ff + d_ff + d");
  expect(encoder, "encoder layer", 12'596'224, "4(d² + d) + 2d·d_ff + d_ff + d + 4d");
  expect(decoder, "decoder layer", 16'796'672, "8(d² + d) + 2d·d_ff + d_ff + d + 6d");
  expect(encoder, "source embeddings", 71'680'000, "V·d");
  expect(decoder, "output", 71'750'000, "d·V + V");
  EXPECT_EQ(shape.layer_parameters(), 176'357'376U);
  EXPECT_EQ(shape.parameters(), 176'357'376U + 2 * 71'680'000U + 71'750'000U);
  TransformerConfig torch = large();
  torch.last_norms = true;  // as nn.Transformer of PyTorch
  EXPECT_EQ(shape_of(torch, 128).parameters(), shape.parameters() + 4096);
}

TEST(ShapeOf, AHeadIsItsShareOfTheRealMaps) {
  const Transformer model = Transformer::make(large(), {});
  const nn::SelfAttention& attention = model.encoder.front().attend;
  for (const std::size_t outputs : attention.query_key_value.stacked) {
    EXPECT_EQ(outputs / attention.heads * attention.query_key_value.weights.inputs(), 65'536U);
  }
}

TEST(ShapeOf, EveryFormulaIsWhatThePartsCountWhateverTheOptions) {
  for (int options = 0; options < 3 * 3 * 2 * 2 * 2 * 2 * 2; ++options) {
    int rest = options;
    const auto choose = [&](int count) {
      const int choice = rest % count;
      rest /= count;
      return choice;
    };
    TransformerConfig config;
    config.model = 24;
    config.positions = 50;
    const int tie = choose(3);
    config.one_table = tie == 0;
    config.tied_output = tie != 2;
    config.position_kind = std::array{PositionKind::none, PositionKind::sinusoidal, PositionKind::trained}[choose(3)];
    config.attention_bias = choose(2) == 0;
    config.head_width = choose(2) == 0 ? 0 : 5;
    config.norm = choose(2) == 0 ? nn::NormPlace::behind : nn::NormPlace::before;
    config.last_norms = choose(2) == 0;
    const bool alike = choose(2) == 0;
    config.encoder = {.layers = 2, .heads = 4, .inner = 7};
    config.decoder = alike ? config.encoder : TransformerConfig::Stack{.layers = 3, .heads = 6, .inner = 11};
    config.source_vocabulary = 31;
    config.target_vocabulary = config.one_table ? 31 : 37;
    config.check();
    const ModelShape shape = shape_of(config, 9);
    SCOPED_TRACE(options);
    check_formulas(shape);
    EXPECT_EQ(shape.parameters(), all_parameters(config));
    if (HasFailure()) return;
  }
}

TEST(ShapeOf, EveryFormulaOfAnEncoderIsWhatItsPartsCount) {
  for (const PretrainingHeads heads :
       {PretrainingHeads{}, PretrainingHeads{true, false}, PretrainingHeads{true, true}}) {
    for (const std::string_view name : shape_names()) {
      const EncoderShape encoder{shape_config(name, 1000), heads};
      const ModelShape shape = shape_of(encoder, {});
      check_formulas(shape);
      EXPECT_EQ(shape.parameters(), all_parameters(encoder)) << name;
    }
  }
}

TEST(ShapeOf, CountsBertAsItsPaper) {
  MaskedModelConfig base;
  base.vocabulary = 30'522;
  base.positions = 512;
  base.types = 2;
  base.model = 768;
  base.inner = 3072;
  base.layers = 12;
  base.heads = 12;
  const ModelShape shape = shape_of(EncoderShape{base, {}}, {});
  EXPECT_EQ(shape.parameters(), 108'891'648U);  // of transformers' BertModel(add_pooling_layer=False)
  EXPECT_EQ(find(shape.columns.front(), "embeddings")->formula.text(), "(V + P + T)·d");
  const ModelShape masked = shape_of(EncoderShape{base, {.masked_words = true}}, {});
  EXPECT_EQ(masked.parameters(), 109'514'298U);  // of its BertForMaskedLM
  EXPECT_EQ(find(masked.columns.front(), "logits h Eᵀ + c")->tied, "word embeddings");
}

TEST(ShapeOf, SaysWhatGoesFromPartToPart) {
  const ModelShape shape = shape_of(large(), 100);
  const auto& encoder = shape.columns[0];
  EXPECT_EQ(find(encoder, "source embeddings")->out.text(), "N × d");
  EXPECT_EQ(find(encoder, "source embeddings")->out.numbers(), 102'400U);
  EXPECT_EQ(find(encoder, "softmax(Q Kᵀ / √d_k)")->out.text(), "h × N × N");
  EXPECT_EQ(find(encoder, "softmax(Q Kᵀ / √d_k)")->out.numbers(), 160'000U);
  EXPECT_EQ(find(find(shape.columns[1], "cross-attention")->parts, "softmax(Q Kᵀ / √d_k)")->out.text(), "h × M × N");
  EXPECT_EQ(find(shape.columns[1], "output")->out.text(), "M × V");
  EXPECT_EQ(find(encoder, "source tokens")->out.text(), "N");
}

TEST(ShapeOf, CountsFullConnectionsBesideAttention) {
  const std::vector<FullForm> forms = full_forms({"N", 128}, {"D", 256});
  EXPECT_EQ(forms[0].formula.text(), "N²");
  EXPECT_EQ(forms[0].formula.value(), 16'384U);
  EXPECT_EQ(forms[1].formula.text(), "N²D²");
  EXPECT_EQ(forms[1].formula.value(), 1'073'741'824U);
  EXPECT_EQ(forms[2].formula.text(), "4D²");
  EXPECT_EQ(forms[2].formula.value(), 262'144U);
  const nn::Linear full{kernels::MatrixWeights(128 * 256, 128 * 256, {})};
  EXPECT_EQ(full.weights.outputs() * full.weights.inputs(), forms[1].formula.value());
  EXPECT_THROW(full_forms({"N", 1U << 24}, {"D", 1U << 16}), ArgumentError) << "beyond 64 bits";
}

/// What is said of a config.json.
std::string said(const std::string& text, std::optional<std::size_t> length = {}) {
  const TemporaryFolder folder;
  AtomicFile file(folder.path() / "config.json");
  file.write(text);
  file.commit();
  try {
    return shape_of(read_shape_config(folder.path() / "config.json"), length).title;
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ShapeOf, ReadsConfigurationsAndRefusesWhatCannotBe) {
  const std::string sizes =
      R"("vocab_size": 9, "max_position_embeddings": 32, "hidden_size": 8, "intermediate_size": 16,
    "num_hidden_layers": 2, "num_attention_heads": )";
  EXPECT_EQ(said("{" + sizes + "2}"), "bert, an encoder of 2 layers");
  EXPECT_THAT(said("{" + sizes + "3}"), HasSubstr("num_attention_heads is 3, which does not divide hidden_size 8"));
  EXPECT_THAT(said("{" + sizes + "2}", 33), HasSubstr("`length` of 33 is not one of the 1 to 32 tokens"));
  EXPECT_THAT(said(R"({"model_type": "gpt2"})"), HasSubstr("is 'gpt2'"));
  EXPECT_THAT(said("[]"), HasSubstr("config.json"));
  TransformerConfig config = large();
  EXPECT_EQ(said(config.json()), "an encoder–decoder of 6 + 6 layers");
  EXPECT_THAT(said(R"({"model_type": "bert", "vocab_size": 99999999999})"), HasSubstr("vocab_size"));
}

}  // namespace
}  // namespace mana::models
