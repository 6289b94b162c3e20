#include "mana/formats/ctranslate2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/ctranslate2_vocabulary.h"

namespace mana::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
std::string bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}
template <class T>
std::string bytes(std::initializer_list<T> values) {
  return bytes(std::vector<T>(values));
}
std::string u32(std::uint32_t value) { return bytes({value}); }
std::string name(std::string_view text) {
  return bytes({static_cast<std::uint16_t>(text.size() + 1)}) + std::string(text) + '\0';
}

struct Variable {
  std::string name;
  std::vector<std::uint32_t> shape;
  std::uint8_t type;  ///< before version 4 the bytes of an element
  std::string data;
};

std::string file_of(std::uint32_t version, const std::vector<Variable>& variables, const std::string& end = {}) {
  std::string file =
      u32(version) + name("TransformerBase") + u32(2) + u32(static_cast<std::uint32_t>(variables.size()));
  for (const Variable& each : variables) {
    const std::size_t unit = version >= 4 ? 1 : each.type;
    file += name(each.name) + bytes({static_cast<std::uint8_t>(each.shape.size())}) + bytes(each.shape) +
            bytes({each.type}) + u32(static_cast<std::uint32_t>(each.data.size() / unit)) + each.data;
  }
  return file + end;
}

std::string aliases(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  std::string text = u32(static_cast<std::uint32_t>(list.size()));
  for (const auto& [alias, variable] : list) text += name(alias) + name(variable);
  return text;
}

Ctranslate2 parse(const std::string& file) { return {std::as_bytes(std::span(file)), "model.bin"}; }

std::string refusal(const std::string& file) {
  try {
    parse(file);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(Ctranslate2, ReadsVersion2) {
  const std::string file = file_of(2, {{"encoder/weight", {2, 2}, 4, bytes<float>({1, 2, 3, -4})},
                                       {"encoder/num_heads", {}, 1, bytes<std::int8_t>({4})},
                                       {"none", {0, 7}, 4, ""}});
  const Ctranslate2 model = parse(file);
  EXPECT_EQ(model.content().version, 2U);
  EXPECT_EQ(model.content().specification, "TransformerBase");
  EXPECT_EQ(model.content().revision, 2U);
  EXPECT_EQ(model.at("encoder/weight").shape, (Shape{2, 2}));
  EXPECT_THAT(model.f32("encoder/weight"), ElementsAre(1, 2, 3, -4));
  EXPECT_EQ(model.number("encoder/num_heads"), 4);
  EXPECT_EQ(model.number("decoder/num_heads"), std::nullopt);
  EXPECT_TRUE(model.f32("none").empty());
  EXPECT_THAT([&] { model.f32("gone"); },
              ThrowsMessage<FormatError>(HasSubstr("model.bin: there is no variable gone")));
  EXPECT_THAT([&] { model.number("encoder/weight"); }, ThrowsMessage<FormatError>(HasSubstr("has shape [2, 2]")));
}

TEST(Ctranslate2, ReadsTypesAndAliases) {
  const std::string file = file_of(6,
                                   {{"a/weight", {2, 2}, 1, bytes<std::int8_t>({127, -127, 2, 4})},
                                    {"a/weight_scale", {2}, 0, bytes<float>({127, 4})},
                                    {"half", {2}, 4, bytes<std::uint16_t>({0x3C00, 0xC000})},
                                    {"brain", {1}, 5, bytes<std::uint16_t>({0x3F80})},
                                    {"number", {}, 3, bytes<std::int32_t>({-70000})}},
                                   aliases({{"b/weight", "a/weight"}}));
  const Ctranslate2 model = parse(file);
  EXPECT_THAT(model.f32("a/weight"), ElementsAre(1, -1, 0.5, 1));
  EXPECT_EQ(model.f32("b/weight"), model.f32("a/weight"));
  EXPECT_THAT(model.f32("half"), ElementsAre(1, -2));
  EXPECT_THAT(model.f32("brain"), ElementsAre(1));
  EXPECT_EQ(model.number("brain"), 1);
  EXPECT_EQ(model.number("number"), -70000);
  EXPECT_THAT([&] { model.f32("number"); }, ThrowsMessage<FormatError>(HasSubstr("is i32")));
}

TEST(Ctranslate2, DividesIntegersByTheirScales) {
  const auto weight = [](const std::vector<Variable>& scale, std::uint8_t type, const std::string& data) {
    std::vector<Variable> variables = {{"w", {2, 1}, type, data}};
    variables.insert(variables.end(), scale.begin(), scale.end());
    return parse(file_of(2, variables)).f32("w");
  };
  const std::string i8 = bytes<std::int8_t>({10, -20});
  const std::string i16 = bytes<std::int16_t>({1000, -500});
  EXPECT_THAT(weight({{"w_scale", {}, 4, bytes<float>({10})}}, 1, i8), ElementsAre(1, -2));
  EXPECT_THAT(weight({{"w_scale", {2}, 4, bytes<float>({10, 5})}}, 1, i8), ElementsAre(1, -4));
  EXPECT_THAT(weight({{"w_scale", {1}, 4, bytes<float>({500})}}, 2, i16), ElementsAre(2, -1));
  EXPECT_THAT(weight({}, 2, i16), ElementsAre(1, -0.5));
  EXPECT_THAT([&] { weight({}, 1, i8); }, ThrowsMessage<FormatError>(HasSubstr("there is no variable w_scale")));
  EXPECT_THAT(
      [&] {
        weight({{"w_scale", {3}, 4, bytes<float>({1, 2, 3})}}, 1, i8);
      },
      ThrowsMessage<FormatError>(HasSubstr("w_scale is f32 [3]; it must be a number, or one for each row")));
  EXPECT_THAT(
      [&] {
        weight({{"w_scale", {2}, 1, i8}}, 1, i8);
      },
      ThrowsMessage<FormatError>(HasSubstr("w_scale is i8")));
  for (const float bad : {0.f, -1.f, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_THAT(
        [&] {
          weight({{"w_scale", {}, 4, bytes({bad})}}, 1, i8);
        },
        ThrowsMessage<FormatError>(HasSubstr("it must be a number above 0")));
  }
}

TEST(Ctranslate2, NamesWhatIsWrong) {
  const std::string good = file_of(2, {{"w", {2}, 4, bytes<float>({1, 2})}});
  ASSERT_EQ(refusal(good), "");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_NE(refusal(good.substr(0, size)), "") << size;
  EXPECT_THAT(refusal(good.substr(0, good.size() - 1)),
              HasSubstr("8 bytes are to follow byte 44, but there are only 7"));
  EXPECT_THAT(refusal(good + "x"), HasSubstr("1 bytes follow its last field"));
  EXPECT_THAT(refusal(u32(7) + good.substr(4)), HasSubstr("begins with 7, where a model.bin of CTranslate2 has"));
  EXPECT_THAT(refusal(u32(1) + good.substr(4)), HasSubstr("begins with 1, "));
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"), HasSubstr("git lfs"));
  EXPECT_THAT(refusal(file_of(2, {{"w", {3}, 4, bytes<float>({1, 2})}})),
              HasSubstr("variable w is to have 8 bytes, but f32 [3] takes 12"));
  EXPECT_THAT(refusal(file_of(2, {{"w", {~0U, ~0U, ~0U}, 4, ""}})), HasSubstr("overflows"));
  EXPECT_THAT(refusal(file_of(2, {{"w", {1}, 8, std::string(8, 'x')}})), HasSubstr("elements of 8 bytes"));
  EXPECT_THAT(refusal(file_of(4, {{"w", {1}, 9, "x"}}, aliases({}))), HasSubstr("of type 9, which is not known"));
  EXPECT_THAT(refusal(file_of(2, {{"w", {}, 1, "x"}, {"w", {}, 1, "x"}})), HasSubstr("variable w stands twice"));
  EXPECT_THAT(refusal(file_of(3, {{"w", {}, 1, "x"}}, aliases({{"v", "u"}}))),
              HasSubstr("v is to be another name of u"));
  EXPECT_THAT(refusal(file_of(3, {{"w", {}, 1, "x"}}, aliases({{"w", "w"}}))), HasSubstr("variable w stands twice"));
  EXPECT_THAT(refusal(file_of(2, {{"\xFF", {}, 1, "x"}})), HasSubstr("is no text"));
  std::string no_nul = good;
  no_nul[no_nul.find("Base") + 4] = 'x';
  EXPECT_THAT(refusal(no_nul), HasSubstr("the name at byte 4 is no text with a NUL at its end"));
}

class Ctranslate2Vocabulary : public testing::Test {
 protected:
  void write(const char* name, std::string_view text) const { std::ofstream(folder_ / name, std::ios::binary) << text; }
  Ctranslate2Vocabularies read() const { return read_ctranslate2_vocabularies(folder_.path()); }

  TemporaryFolder folder_;
};

TEST_F(Ctranslate2Vocabulary, AddsTheUnknownToken) {
  write("source_vocabulary.txt", "<blank>\n<s>\n</s>\n \n\na");
  write("target_vocabulary.json", R"(["<unk>", "<s>", "b\n"])");
  const Ctranslate2Vocabularies both = read();
  EXPECT_THAT(both.source, ElementsAre("<blank>", "<s>", "</s>", " ", "", "a", "<unk>"));
  EXPECT_THAT(both.target, ElementsAre("<unk>", "<s>", "b\n"));
  EXPECT_FALSE(both.shared);
  write("shared_vocabulary.txt", "a\r\nb\r\n");
  EXPECT_THAT(read().source, ElementsAre("a", "b", "<unk>"));
  EXPECT_EQ(read().target, read().source);
  EXPECT_TRUE(read().shared);
  write("shared_vocabulary.txt", "a\r\nb\n");
  EXPECT_THAT(read().source, ElementsAre("a\r", "b", "<unk>"));
}

TEST_F(Ctranslate2Vocabulary, NamesWhatIsWrong) {
  EXPECT_THAT([&] { read(); }, ThrowsMessage<IoError>(HasSubstr("neither source_vocabulary.json nor")));
  write("source_vocabulary.txt", "a\n");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<IoError>(HasSubstr("neither target_vocabulary.json nor")));
  write("target_vocabulary.txt", "");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FormatError>(HasSubstr("holds no tokens")));
  write("target_vocabulary.txt", "a\nb\na\n");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FormatError>(HasSubstr("has the token \"a\" twice")));
  write("target_vocabulary.txt", "a\n\xFF\n");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FormatError>(HasSubstr("is not UTF-8")));
}

/// A trained model of CTranslate2's own tests.
TEST(Ctranslate2, ReadsATrainedModel) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const std::filesystem::path folder = std::filesystem::path(data) / "ct2-aren-transliteration";
  const Ctranslate2 model = Ctranslate2::open(folder / "model.bin");
  const Ctranslate2 quantised = Ctranslate2::open(folder / "int8-model.bin");
  EXPECT_EQ(model.content().variables.size(), 200U);
  EXPECT_EQ(quantised.content().variables.size(), 269U);
  for (const auto& [variable, tensor] : model.content().variables) {
    const std::vector<float> expected = model.f32(variable);
    const std::vector<float> found = quantised.f32(variable);
    ASSERT_EQ(found.size(), expected.size()) << variable;
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 0.02) << variable << " " << i;
  }
  const Ctranslate2Vocabularies both = read_ctranslate2_vocabularies(folder);
  EXPECT_EQ(both.source.size(), model.at("encoder/embeddings/weight").shape.front());
  EXPECT_EQ(both.target.size(), model.at("decoder/embeddings/weight").shape.front());
  EXPECT_EQ(both.target.back(), "<unk>");
}

}  // namespace
}  // namespace mana::formats
