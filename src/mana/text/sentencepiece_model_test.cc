#include "mana/text/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "mana/base/errors.h"
#include "mana/text/base64.h"

namespace mana::text {
namespace {

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string field(unsigned number, std::string_view bytes) {
  return varint(number << 3 | 2).append(varint(bytes.size())).append(bytes);
}
std::string field(unsigned number, std::uint64_t value) { return varint(number << 3).append(varint(value)); }
std::string piece(std::string_view text, float score, unsigned kind) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  std::string message = field(1, text) + varint(2 << 3 | 5);
  message.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  return field(1, message + field(3, kind));
}
const std::string kPieces = piece("<unk>", 0, 2) + piece("</s>", 0, 3) + piece("a", -1, 1) + piece("b", -2.5F, 1);

// Units of a character map by their place in one block, and its texts.
std::string map_of(const std::vector<std::pair<std::size_t, std::uint32_t>>& units, std::string_view texts) {
  std::vector<std::uint32_t> all(256);
  for (const auto& [place, unit] : units) all[place] = unit;
  const auto size = static_cast<std::uint32_t>(all.size() * sizeof(std::uint32_t));
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
  bytes.append(reinterpret_cast<const char*>(all.data()), size);
  return bytes.append(texts);
}
constexpr std::uint32_t kLeaf = 1U << 31, kHasLeaf = 1 << 8;
constexpr std::uint32_t offset(std::uint32_t value) { return value << 10; }
// "a" becomes the text at `place`.
std::string map_of_a(std::uint32_t place, std::string_view texts) {
  return map_of({{0, offset(1)}, {0x60, 'a' | kHasLeaf | offset(2)}, {0x62, kLeaf | place}}, texts);
}

SentencePieceModel read(std::string_view bytes) { return read_sentencepiece_model(bytes, "x.model"); }

std::string message_of(std::string_view bytes) {
  try {
    read(bytes);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(SentencePieceModel, IsReadFieldByField) {
  const std::string bytes = kPieces + field(2, field(3, 2) + field(24, 1) + field(46, "<b>") + field(99, "new")) +
                            field(3, field(2, map_of_a(3, std::string_view("xy\0z\0", 5))) + field(3, 0) + field(5, 0));
  const SentencePieceModel model = read(bytes);
  EXPECT_EQ(model.type, SentencePieceModel::Type::byte_pairs);
  ASSERT_EQ(model.pieces.size(), 4U);
  EXPECT_EQ(model.pieces[3].text, "b");
  EXPECT_EQ(model.pieces[3].score, -2.5F);
  EXPECT_EQ(model.pieces[1].kind, SentencePieceModel::Kind::control);
  EXPECT_EQ(model.unknown, 0);
  EXPECT_EQ(model.bos, "<b>");
  EXPECT_TRUE(model.whitespace_as_suffix);
  EXPECT_FALSE(model.add_dummy_prefix);
  EXPECT_TRUE(model.remove_extra_whitespaces);
  EXPECT_FALSE(model.escape_whitespaces);
  ASSERT_TRUE(model.map.longest("ab"));
  EXPECT_EQ(model.map.longest("ab")->result, "z");
  EXPECT_EQ(model.map.longest("ab")->size, 1U);
  EXPECT_FALSE(model.map.longest("b"));
  EXPECT_FALSE(model.map.plain()['a']);
  EXPECT_TRUE(model.map.plain()['b']);
}

TEST(SentencePieceModel, FaultsAreNamed) {
  const auto with_map = [](std::string_view map) { return kPieces + field(3, field(2, map)); };
  const std::pair<std::string, std::string> faults[] = {
      {"", "no piece is the unknown one"},
      {kPieces.substr(0, kPieces.size() - 1), "ends behind the end"},
      {kPieces + "\x0A", "a number is cut off"},
      {kPieces + std::string(11, '\xFF'), "too many bytes"},
      {kPieces + "\x0B", "of a kind that is not known"},
      {kPieces + std::string(1, '\0'), "a number that is none"},
      {kPieces + field(1, 5), "field 1 must be text or a message"},
      {kPieces + field(2, field(3, "x")), "field 3 must be a number"},
      {kPieces + field(2, field(3, 9)), "of the type 9"},
      {kPieces + piece("c", 0, 7), "of the kind 7"},
      {kPieces + piece("", 0, 1), "piece 4 is empty"},
      {kPieces + piece("\xC3", 0, 1), "piece 4 is not UTF-8"},
      {kPieces + piece("c", std::nanf(""), 1), "the score of piece 4 is no number"},
      {kPieces + piece("a", 0, 1), "\"a\" is there twice"},
      {kPieces + piece("c", 0, 2), "two pieces are the unknown one"},
      {kPieces + piece("<0x41>", 0, 6), "1 pieces for bytes where 0 must be"},
      {kPieces + piece("<0x4>", 0, 6), "\"<0x4>\" is no byte"},
      {kPieces + field(2, field(35, 1)), "0 pieces for bytes where 256 must be"},
      {with_map("abc"), "without a trie"},
      {with_map("\xFF\xFF\xFF\xFFxyz"), "of an impossible size"},
      {with_map(map_of({{0, kLeaf}}, "x")), "without a root"},
      {with_map(map_of({{0, offset(4096)}}, "x")), "points outside"},
      {with_map(map_of_a(9, "xy")), "points outside its texts"},
      {with_map(map_of_a(1, "\u00e9")), "points outside its texts"},
      {with_map(map_of_a(0, "\xC3")), "texts that are not UTF-8"},
      {with_map(map_of({{0, offset(1) | kHasLeaf}}, "x")), "whose values are none"},
  };
  for (const auto& [bytes, fault] : faults) {
    const std::string message = message_of(bytes);
    EXPECT_NE(message.find(fault), message.npos) << message << "\n  should say: " << fault;
    EXPECT_TRUE(message.starts_with("x.model: ")) << message;
  }
}

TEST(SentencePieceModel, EveryBeginningIsReadOrNamed) {
  const std::string bytes = kPieces + field(3, field(2, map_of_a(0, "x")));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      read(std::string_view(bytes).substr(0, size));
    } catch (const FormatError&) {
    }
  }
}

TEST(Base64, IsReadOrRefused) {
  EXPECT_EQ(decode_base64("AP9hYg=="), std::string("\0\xFF"
                                                   "ab",
                                                   4));
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("+/8="), "\xFB\xFF");
  for (const std::string_view text : {"A", "AAA", "AA=A", "AA A", "A===", "AAA-"})
    EXPECT_FALSE(decode_base64(text)) << text;
}

TEST(Base64, IsWritten) {
  EXPECT_EQ(encode_base64(std::string("\0\xFF"
                                      "ab",
                                      4)),
            "AP9hYg==");
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("\xFB\xFF"), "+/8=");
  EXPECT_EQ(encode_base64("abc"), "YWJj");
}

}  // namespace
}  // namespace mana::text
