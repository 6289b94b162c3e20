#include "mana/base/json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/python_json.h"
#include "mana/base/temporary_folder.h"

namespace mana::json {
namespace {

using ::testing::HasSubstr;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

Document parse(std::string_view text) { return Document::parse(text, "config.json"); }

TEST(Json, ReadsEveryKindOfValue) {
  const Document document =
      parse(R"({"s": "سلام", "b": true, "i": -7, "d": 1e-12, "l": [1, "x"], "o": {"k": 2}, "n": null})");
  const Value root = document.root();
  EXPECT_EQ(root.at("s").string(), "سلام");
  EXPECT_TRUE(root.at("b").boolean());
  EXPECT_EQ(root.at("i").integer(), -7);
  EXPECT_EQ(root.at("d").number(), 1e-12);
  EXPECT_EQ(root.at("i").number(), -7.0);
  ASSERT_EQ(root.at("l").array().size(), 2U);
  EXPECT_EQ(root.at("l").array()[1].string(), "x");
  ASSERT_EQ(root.at("o").object().size(), 1U);
  EXPECT_EQ(root.at("o").object()[0].first, "k");
  EXPECT_EQ(root.at("o").object()[0].second.integer(), 2);
  EXPECT_TRUE(root.is_object());
  EXPECT_TRUE(root.at("l").is_array());
  EXPECT_TRUE(root.at("s").is_string());
  EXPECT_TRUE(root.at("b").is_boolean());
  EXPECT_TRUE(root.at("d").is_number());
  EXPECT_TRUE(root.at("o").object()[0].second.is_number());
}

TEST(Json, IntegersBeyond64BitsAreNumbers) {
  const Document document = parse(R"({"m": 1000000000000000019884624838656, "d": 12345678901234567890123456789.5,
      "e": 1e-00000000000000000000007, "s": "\"1000000000000000019884624838656", "n": 7})");
  const Value root = document.root();
  EXPECT_EQ(root.at("m").number(), 1e30);
  EXPECT_EQ(root.at("d").number(), 12345678901234567890123456789.5);
  EXPECT_EQ(root.at("e").number(), 1e-7);
  EXPECT_EQ(root.at("s").string(), "\"1000000000000000019884624838656");
  EXPECT_EQ(root.at("n").integer(), 7);
  EXPECT_THROW(parse("[01]"), FormatError);
}

TEST(Json, NullIsAbsent) {
  const Document document = parse(R"({"n": null})");
  EXPECT_FALSE(document.root().find("n"));
  EXPECT_FALSE(document.root().find("m"));
  EXPECT_THAT([&] { document.root().at("n"); }, ThrowsMessage<FormatError>(StrEq("config.json: n is missing")));
}

TEST(Json, MessagesNameThePlace) {
  const Document document = parse(R"({"model": {"sizes": [1, {"deep": "x"}]}})");
  const Value sizes = document.root().at("model").at("sizes");
  EXPECT_THAT([&] { sizes.array()[1].at("deep").integer(); },
              ThrowsMessage<FormatError>(StrEq("config.json: model.sizes[1].deep must be an integer")));
  EXPECT_THAT([&] { sizes.string(); }, ThrowsMessage<FormatError>(StrEq("config.json: model.sizes must be a string")));
  EXPECT_THAT([&] { sizes.boolean(); }, ThrowsMessage<FormatError>(HasSubstr("must be true or false")));
  EXPECT_THAT([&] { sizes.number(); }, ThrowsMessage<FormatError>(HasSubstr("must be a number")));
  EXPECT_THAT([&] { sizes.object(); }, ThrowsMessage<FormatError>(HasSubstr("must be an object")));
  EXPECT_THAT([&] { sizes.find("x"); }, ThrowsMessage<FormatError>(HasSubstr("must be an object")));
  EXPECT_THAT([&] { document.root().array(); }, ThrowsMessage<FormatError>(StrEq("config.json: must be a list")));
}

TEST(Json, IntegersKeepToTheirRange) {
  const Document document = parse(R"({"i": 5, "big": 18446744073709551615, "real": 5.0})");
  EXPECT_EQ(document.root().at("i").integer(5, 5), 5);
  EXPECT_THAT([&] { document.root().at("i").integer(6, 9); },
              ThrowsMessage<FormatError>(HasSubstr("is 5, which is not between 6 and 9")));
  EXPECT_THROW(document.root().at("big").integer(), FormatError);
  EXPECT_THROW(document.root().at("real").integer(), FormatError);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "{\"a\": 1",
                                      "{\"a\" 1}",
                                      "{'a': 1}",
                                      "[1,]",
                                      "nul",
                                      "{} {}",
                                      "1 2",
                                      "{\"a\": nan}",
                                      "[-nan]",
                                      "{NaN: 1}",
                                      "NaNs",
                                      "[--Infinity]",
                                      "[\"\\ud83\"]",
                                      "\"\xff\"",
                                      "\"\xed\xa0\x80\"",
                                      "[\"\t\"]",
                                      "01"}) {
    EXPECT_THROW(parse(text), FormatError) << text;
  }
  EXPECT_THROW(parse(std::string_view("{}\0", 3)), FormatError);
}

/// As Python's json module writes and reads them; an error only where they are asked for.
TEST(Json, NumbersThatAreNotFiniteHarmNobodyWhoDoesNotAskForThem) {
  const Document document =
      parse(R"({"a": NaN, "b": [-Infinity, 1], "c": {"d": Infinity}, "e": 1e999, "f": "NaN", "g": 3})");
  const Value root = document.root();
  EXPECT_EQ(root.at("g").integer(), 3);
  EXPECT_EQ(root.at("f").string(), "NaN");
  EXPECT_EQ(root.at("b").array()[1].integer(), 1);
  EXPECT_TRUE(root.at("a").is_number());
  EXPECT_FALSE(root.at("a").is_string());
  EXPECT_THAT([&] { root.at("a").number(); },
              ThrowsMessage<FormatError>(StrEq("config.json: a is NaN, but it must be a finite number")));
  EXPECT_THAT([&] { root.at("b").array()[0].integer(); },
              ThrowsMessage<FormatError>(StrEq("config.json: b[0] is -Infinity, but it must be an integer")));
  EXPECT_THAT([&] { root.at("c").at("d").string(); },
              ThrowsMessage<FormatError>(StrEq("config.json: c.d is Infinity, but it must be a string")));
  EXPECT_THAT([&] { root.at("e").number(); }, ThrowsMessage<FormatError>(HasSubstr("e is 1e999, but it must be")));
}

TEST(Json, HalfACharacterBecomesTheReplacementCharacter) {
  const Document document =
      parse(R"({"a": "x\ud83d y", "b": "\uDE00", "c": "\ud83d\ude00", "d": "\ud83d\ud83d\ude00", "e": "\\ud83d"})");
  const Value root = document.root();
  EXPECT_EQ(root.at("a").string(), "x\uFFFD y");
  EXPECT_EQ(root.at("b").string(), "\uFFFD");
  EXPECT_EQ(root.at("c").string(), "😀");
  EXPECT_EQ(root.at("d").string(), "\uFFFD😀");
  EXPECT_EQ(root.at("e").string(), "\\ud83d");
  EXPECT_EQ(document.half_characters(), 3);
  EXPECT_EQ(parse("{}").half_characters(), 0);
}

TEST(Json, OfAKeyThatStandsTwiceTheLastCounts) {
  const Document document =
      parse(R"({"a": 1, "b": {"c": 1, "d": [{"e": 1, "e": 2}], "c": 2}, "a": 3, "n": 1, "n": null})");
  const Value root = document.root();
  EXPECT_EQ(root.at("a").integer(), 3);
  EXPECT_EQ(root.at("b").at("c").integer(), 2);
  EXPECT_FALSE(root.find("n"));
  EXPECT_EQ(root.doubled_key(), "a");
  EXPECT_FALSE(root.at("a").doubled_key());
  EXPECT_THAT(doubled_keys(root),
              testing::UnorderedElementsAre("config.json: a", "config.json: b.c", "config.json: b.d[0].e"));
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += fmt::format("\"{}\": 0, ", i);
  EXPECT_FALSE(parse(many + "\"x\": 0}").root().doubled_key());
  EXPECT_EQ(parse(many + "\"7\": 0}").root().doubled_key(), "7");
  EXPECT_EQ(parse(many + "\"38\": 0}").root().doubled_key(), "38");
}

TEST(Json, PassesOverAByteOrderMark) { EXPECT_EQ(parse("\xEF\xBB\xBF{\"a\": 1}").root().at("a").integer(), 1); }

TEST(StrictJson, MayPutNullForWhatIsNotFinite) {
  EXPECT_EQ(strict_json(R"({"a": -Infinity, "b": [NaN], "c": "NaN \" NaN"})", NotFinite::null).text,
            R"({"a": null, "b": [null], "c": "NaN \" NaN"})");
}

TEST(Json, DepthHasALimit) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_NO_THROW(parse(nested(900)));
  EXPECT_THAT([&] { parse(nested(10'000)); },
              ThrowsMessage<FormatError>(StrEq("config.json: the JSON is nested deeper than 1000 levels")));
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  EXPECT_THROW(parse(objects), FormatError);
  EXPECT_THROW(parse(std::string(10'000, '[')), FormatError);
}

TEST(Json, ADocumentMayMove) {
  Document first = parse(R"({"a": "text"})");
  const Document second = std::move(first);
  EXPECT_EQ(second.root().at("a").string(), "text");
}

TEST(Json, ReadsFiles) {
  const TemporaryFolder folder;
  const auto path = folder / "x.json";
  std::ofstream(path) << R"({"a": "b"})";
  EXPECT_EQ(Document::read(path).root().at("a").string(), "b");
  EXPECT_THAT([&] { Document::read(path).root().at("a").integer(); },
              ThrowsMessage<FormatError>(StrEq(path.string() + ": a must be an integer")));
  EXPECT_THROW(Document::read(folder / "none.json"), IoError);
}

}  // namespace
}  // namespace mana::json
