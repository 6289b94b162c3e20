#include "mana/formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

const std::string kFixtures = fixture_path("safetensors/");

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// A file from its parts, with the length that the header really has, or another.
std::string file_of(std::string_view header, std::string_view data, std::optional<std::uint64_t> length = {}) {
  const std::uint64_t value = length.value_or(header.size());
  std::string file(sizeof(value), '\0');
  std::memcpy(file.data(), &value, sizeof(value));
  return file.append(header).append(data);
}

SafetensorsContent parse(const std::string& file) { return parse_safetensors(bytes_of(file), "w.safetensors"); }

/// The message with which a file is refused.
std::string refusal(const std::string& file) {
  try {
    parse(file);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1U);
  EXPECT_EQ(element_count({3, 4}), 12U);
  EXPECT_EQ(element_count({3, 0, std::numeric_limits<std::uint64_t>::max()}), 0U);
  EXPECT_THROW(element_count({std::uint64_t{1} << 32, std::uint64_t{1} << 32}), FormatError);
  EXPECT_EQ(to_string(Shape{30522, 384}), "[30522, 384]");
  EXPECT_EQ(to_string(Shape{}), "[]");
}

TEST(ParseSafetensors, FindsTensorsAndMetadata) {
  const std::string file = file_of(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]},)"
      R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"none":{"dtype":"U8","shape":[0,7],"data_offsets":[8,8]}}  )",
      "abcdefgh");
  const SafetensorsContent content = parse(file);
  EXPECT_THAT(content.metadata, ElementsAre(std::pair("format", "pt")));
  ASSERT_EQ(content.tensors.size(), 3U);
  EXPECT_EQ(content.tensors.at("a").dtype, DType::f32);
  EXPECT_EQ(content.tensors.at("a").shape, Shape{});
  EXPECT_EQ(std::memcmp(content.tensors.at("b").bytes.data(), "efgh", 4), 0);
  EXPECT_EQ(content.tensors.at("none").shape, (Shape{0, 7}));
  EXPECT_TRUE(content.tensors.at("none").bytes.empty());
}

TEST(ParseSafetensors, KnowsEveryDType) {
  for (const auto& [name, size] : {std::pair{"F64", 8},
                                   {"I64", 8},
                                   {"U64", 8},
                                   {"F32", 4},
                                   {"I32", 4},
                                   {"U32", 4},
                                   {"F16", 2},
                                   {"BF16", 2},
                                   {"I16", 2},
                                   {"U16", 2},
                                   {"I8", 1},
                                   {"U8", 1},
                                   {"BOOL", 1}}) {
    const std::string header = R"({"x":{"dtype":")" + std::string(name) + R"(","shape":[2],"data_offsets":[0,)" +
                               std::to_string(2 * size) + "]}}";
    EXPECT_EQ(
        size_of(parse(file_of(header, std::string(2 * static_cast<std::size_t>(size), 'x'))).tensors.at("x").dtype),
        static_cast<std::size_t>(size))
        << name;
  }
}

TEST(ParseSafetensors, AnEmptyHeaderIsAFileWithoutTensors) {
  EXPECT_TRUE(parse(file_of("{}", "")).tensors.empty());
  EXPECT_TRUE(parse(file_of(R"({"__metadata__":null})", "")).metadata.empty());
}

TEST(ParseSafetensors, RefusesBrokenHeaders) {
  EXPECT_THAT(refusal(std::string(7, '\0')), StrEq("w.safetensors: not a safetensors file: it has only 7 bytes"));
  EXPECT_THAT(refusal(file_of("{}", "", 100'000'001)), HasSubstr("100000001 bytes, more than 100000000"));
  EXPECT_THAT(refusal(file_of("{}", "", std::numeric_limits<std::uint64_t>::max())), HasSubstr("more than 100000000"));
  EXPECT_THAT(refusal(file_of("", "")), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal(file_of(" {}", "")), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal(file_of("[]", "")), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal(file_of("{", "")), HasSubstr("w.safetensors: not valid JSON"));
  EXPECT_THAT(refusal(file_of("{}x", "")), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(file_of("{\"\xff\":1}", "")), HasSubstr("not valid JSON"));
  std::string deep = "{\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  EXPECT_THAT(refusal(file_of(deep, "")), HasSubstr("nested deeper"));
}

TEST(ParseSafetensors, NamesWhatLiesThereInstead) {
  EXPECT_THAT(refusal(""), StrEq("w.safetensors is empty: download it again"));
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\r\noid sha256:0a\r\nsize 4321\r\n"),
              HasSubstr("w.safetensors is a pointer of git lfs, not the file itself of 4321 bytes"));
  EXPECT_THAT(refusal("\xEF\xBB\xBF\n<!DOCTYPE HTML><title>Sign in</title>"), HasSubstr("is a web page"));
  EXPECT_THAT(refusal("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"), HasSubstr("is XML"));
  EXPECT_THAT(refusal("Entry not found\nat revision main"),
              HasSubstr("is a text, not weights: it begins with \"Entry not found\""));
  EXPECT_THAT(refusal("PK\x03\x04 this is some other kind of file"), HasSubstr("is a ZIP archive"));
  EXPECT_THAT(refusal(std::string("GGUF\x03\0\0\0\x05\0", 10)), HasSubstr("is a GGUF file"));
  EXPECT_THAT(refusal(std::string("\x80\x02}q\x01(X\x01\0\0\0w", 12)), HasSubstr("is a pickle of Python"));
}

TEST(ParseSafetensors, CountsTheBytesThatADownloadLacks) {
  const std::string header =
      R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  const std::string whole = file_of(header, "0123456789ab");
  EXPECT_EQ(refusal(whole), "accepted");
  for (const std::size_t missing : {1, 7, 12}) {
    EXPECT_EQ(
        refusal(whole.substr(0, whole.size() - missing)),
        "w.safetensors: the file is cut short: " + std::to_string(missing) + " bytes are missing; download it again");
  }
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 22)), HasSubstr("cut short: 10 bytes of its header alone"));
}

TEST(ParseSafetensors, ATypeThatNobodyReadsStandsInNoWay) {
  const std::string file = file_of(
      R"({"half":{"dtype":"F4","shape":[3,2],"data_offsets":[4,7]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("new":{"dtype":"Q9_X","shape":[],"data_offsets":[7,8]}})",
      "abcdefgh");
  const SafetensorsContent content = parse(file);
  EXPECT_EQ(content.tensors.size(), 1U);
  ASSERT_EQ(content.unread.size(), 2U);
  EXPECT_EQ(content.unread.at("half").type, "F4");
  EXPECT_EQ(content.unread.at("half").shape, (Shape{3, 2}));
  EXPECT_EQ(content.unread.at("new").bytes.size(), 1U);
}

struct BadEntry {
  std::string_view entry;    ///< the header's only entry
  std::string_view message;  ///< part of the refusal
};

class RefusedEntry : public ::testing::TestWithParam<BadEntry> {};

TEST_P(RefusedEntry, IsNamed) {
  const std::string message = refusal(file_of("{" + std::string(GetParam().entry) + "}", "abcdefgh"));
  EXPECT_THAT(message, HasSubstr("w.safetensors: "));
  EXPECT_THAT(message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedEntry,
    ::testing::Values(
        BadEntry{R"("a":3)", "a must be an object"}, BadEntry{R"("a":{})", "a.dtype is missing"},
        BadEntry{R"("a":{"dtype":"F32"})", "a.shape is missing"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2]})", "a.data_offsets is missing"},
        BadEntry{R"("a":{"dtype":4,"shape":[2],"data_offsets":[0,8]})", "a.dtype must be a string"},
        BadEntry{R"("a":{"dtype":"F8_E5M2","shape":[8],"data_offsets":[0,7]})", "1 bytes after the last tensor"},
        BadEntry{R"("a":{"dtype":"F8_E5M2","shape":[4294967296,4294967296],"data_offsets":[0,8]})",
                 "overflows 64 bits"},
        BadEntry{R"("a":{"dtype":"F32","shape":2,"data_offsets":[0,8]})", "a.shape must be a list"},
        BadEntry{R"("a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", "a.shape[0] is -2"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})", "a.shape[0] must be an integer"},
        BadEntry{R"("a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]})", "a.shape[0] must be an integer"},
        BadEntry{R"("a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]})", "must be an integer"},
        BadEntry{R"("a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]})", "overflows 64 bits"},
        BadEntry{R"("a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", "overflows 64 bits"},
        BadEntry{R"("a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]})", "overflows 64 bits"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":8})", "a.data_offsets must be a list"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0]})", "must be a list of two numbers"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]})", "must be a list of two numbers"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]})", "cut short: 8 bytes are missing"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[16,24]})", "cut short: 16 bytes are missing"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]})", "a.data_offsets[1] is 0"},
        BadEntry{R"("a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]})", "a.data_offsets[0] is -8"},
        BadEntry{R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]})", "has 8 bytes of data, but f32 [1] takes 4"},
        BadEntry{R"("a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]})",
                 "has 8 bytes of data, but f32 [3] takes 12"},
        BadEntry{R"("a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]})", "a has dtype twice"},
        BadEntry{
            R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})",
            "a stands in the header twice"},
        BadEntry{R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})", "4 bytes after the last tensor"},
        BadEntry{R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})", "a: 4 bytes before its data"},
        BadEntry{
            R"("a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]})",
            "b: its data overlaps"},
        BadEntry{
            R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]})",
            "b: its data overlaps"},
        BadEntry{
            R"("a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]})",
            "b: 1 bytes before its data"},
        BadEntry{R"("__metadata__":[])", "__metadata__ must be an object"},
        BadEntry{R"("__metadata__":{"k":1})", "__metadata__.k must be a string"},
        BadEntry{R"("__metadata__":{"k":"1","k":"2"})", "__metadata__.k stands in the metadata twice"},
        BadEntry{R"("__metadata__":{},"__metadata__":{})", "__metadata__ stands in the header twice"}));

TEST(ParseSafetensors, AFileCutAnywhereIsRefused) {
  const std::string file = file_of(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}})",
      "abcdefg");
  EXPECT_EQ(refusal(file), "accepted");
  for (std::size_t size = 0; size < file.size(); ++size) EXPECT_NE(refusal(file.substr(0, size)), "accepted") << size;
  EXPECT_NE(refusal(file + "x"), "accepted");
}

TEST(ToF32, ConvertsAtAnyAlignment) {
  const std::uint16_t half[] = {0x3c00, 0xc000}, brain[] = {0x3fc0, 0xff80};
  const float single[] = {1.5F, -0.0F};
  const double twice[] = {0.1, -1e300};
  const auto converted = [](DType dtype, const auto& values) {
    std::vector<std::byte> storage(1 + sizeof(values));
    std::memcpy(storage.data() + 1, &values, sizeof(values));
    std::vector<float> out(2);
    to_f32({dtype, {2}, std::span(storage).subspan(1)}, out);
    return out;
  };
  EXPECT_THAT(converted(DType::f16, half), ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(converted(DType::bf16, brain), ElementsAre(1.5F, -INFINITY));
  EXPECT_THAT(converted(DType::f32, single), ElementsAre(1.5F, 0.0F));
  EXPECT_TRUE(std::signbit(converted(DType::f32, single)[1]));
  EXPECT_THAT(converted(DType::f64, twice), ElementsAre(0.1F, -INFINITY));
}

TEST(ToF32, RefusesOtherTypesAndSizes) {
  const std::byte bytes[8] = {};
  std::vector<float> out(2);
  EXPECT_THAT(
      [&] {
        to_f32({DType::i32, {2}, bytes}, out);
      },
      ThrowsMessage<FormatError>(StrEq("i32 elements cannot be read as f32")));
  EXPECT_THROW(to_f32({DType::f16, {4}, bytes}, out), ArgumentError);
}

TEST(WriteSafetensors, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const float weights[] = {1, 2, 3, 4, 5, 6};
  const std::uint8_t odd[] = {7, 8, 9};
  const std::int64_t wide[] = {-1};
  const std::vector<TensorToWrite> tensors = {{"odd", DType::u8, {3}, std::as_bytes(std::span(odd))},
                                              {"نام\"\n", DType::f32, {2, 3}, std::as_bytes(std::span(weights))},
                                              {"wide", DType::i64, {}, std::as_bytes(std::span(wide))},
                                              {"empty", DType::bf16, {0, 4}, {}}};
  write_safetensors(folder / "w.safetensors", tensors, {{"format", "pt"}, {"made by", "test"}});

  const Safetensors file = Safetensors::open(folder / "w.safetensors");
  EXPECT_THAT(file.metadata(), ElementsAre(std::pair("format", "pt"), std::pair("made by", "test")));
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const TensorToWrite& written : tensors) {
    const StoredTensor& read = file.tensors().find(written.name)->second;
    EXPECT_EQ(read.dtype, written.dtype) << written.name;
    EXPECT_EQ(read.shape, written.shape) << written.name;
    EXPECT_TRUE(std::equal(read.bytes.begin(), read.bytes.end(), written.bytes.begin(), written.bytes.end()));
    const auto offset = static_cast<std::size_t>(read.bytes.data() - file.file().bytes().data());
    EXPECT_EQ(offset % size_of(read.dtype), 0U) << written.name << " is not aligned";
  }
}

/// tools/golden/safetensors_files.py has read this very file with the reference implementation.
TEST(WriteSafetensors, WritesWhatTheReferenceReads) {
  const float weight[] = {1.5F, -2.0F, 0.25F, 3.0F, 1e30F, -0.0F};
  const std::uint16_t half[] = {0x3800, 0xfbff, 0x0001};
  const std::int64_t ids[] = {-1, std::int64_t{1} << 62};
  const std::uint8_t mask[] = {1, 0, 1};
  const std::vector<TensorToWrite> tensors = {{"weight", DType::f32, {2, 3}, std::as_bytes(std::span(weight))},
                                              {"mask", DType::boolean, {3}, std::as_bytes(std::span(mask))},
                                              {"half", DType::f16, {3}, std::as_bytes(std::span(half))},
                                              {"ids", DType::i64, {2}, std::as_bytes(std::span(ids))},
                                              {"empty", DType::f32, {0, 4}, {}}};
  const TemporaryFolder folder;
  write_safetensors(folder / "mana.safetensors", tensors);
  EXPECT_EQ(read_file(folder / "mana.safetensors"), read_file(kFixtures + "mana.safetensors"));
}

TEST(Safetensors, ReadsWhatTheReferenceWrites) {
  const Safetensors file = Safetensors::open(kFixtures + "reference.safetensors");
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.tensors().size(), 15U);
  for (const auto& [name, tensor] : file.tensors()) {
    if (name == "scalar" || name == "empty") continue;
    EXPECT_EQ(name_of(tensor.dtype), name);
    EXPECT_EQ(tensor.shape, (Shape{2, 3}));
  }
  for (const auto name : {"f64", "f32", "f16", "bf16"}) {
    std::vector<float> values(6);
    to_f32(file.tensors().at(name), values);
    EXPECT_THAT(values, ElementsAre(0, -0.5, -1, -1.5, -2, -2.5)) << name;
  }
  std::int16_t small[6];
  std::memcpy(small, file.tensors().at("i16").bytes.data(), sizeof(small));
  EXPECT_THAT(small, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(file.tensors().at("scalar").shape, Shape{});
  EXPECT_EQ(file.tensors().at("empty").shape, (Shape{0, 3}));
}

TEST(WriteSafetensors, WritesAFileWithoutTensors) {
  const TemporaryFolder folder;
  write_safetensors(folder / "w.safetensors", {}, {});
  EXPECT_TRUE(Safetensors::open(folder / "w.safetensors").tensors().empty());
}

TEST(WriteSafetensors, RefusesWhatCouldNotBeRead) {
  const TemporaryFolder folder;
  const auto path = folder / "w.safetensors";
  const auto bytes = bytes_of("abcd");
  const auto write = [&](std::vector<TensorToWrite> tensors) { write_safetensors(path, tensors); };
  EXPECT_THAT(
      [&] {
        write({{"a", DType::f32, {2}, bytes}});
      },
      ThrowsMessage<ArgumentError>(StrEq("a: 4 bytes are not f32 [2]")));
  EXPECT_THROW(write({{"a", DType::f64, {}, bytes}}), ArgumentError);
  EXPECT_THROW(write({{"a", DType::u8, {4}, bytes}, {"a", DType::u8, {4}, bytes}}), ArgumentError);
  EXPECT_THROW(write({{"__metadata__", DType::u8, {4}, bytes}}), ArgumentError);
  EXPECT_THROW(write({{"\xff", DType::u8, {4}, bytes}}), ArgumentError);
  EXPECT_THROW(write_safetensors(path, {}, {{"k", "\xff"}}), ArgumentError);
  EXPECT_THROW(write_safetensors(folder / "none" / "w", {}), IoError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace mana::formats
