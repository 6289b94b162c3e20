#include "mana/formats/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <numeric>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

/// A file of a version with this header text, padded as the version's length field says.
std::string file_of(int version, std::string_view header, std::string_view data) {
  std::string file = "\x93NUMPY";
  file += {static_cast<char>(version), '\0'};
  const auto length = static_cast<std::uint32_t>(header.size());
  std::string field(version == 1 ? 2 : 4, '\0');
  std::memcpy(field.data(), &length, field.size());
  return file.append(field).append(header).append(data);
}

std::string with_header(std::string_view header) { return file_of(1, header, "abcdefgh"); }

StoredTensor parse(const std::string& file) { return parse_npy(std::as_bytes(std::span(file)), "x.npy"); }

std::string refusal(const std::string& file) {
  try {
    parse(file);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ParseNpy, ReadsEveryVersion) {
  for (const int version : {1, 2, 3}) {
    const std::string file =
        file_of(version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }   \n", "abcdefgh");
    const StoredTensor array = parse(file);
    EXPECT_EQ(array.dtype, DType::f32);
    EXPECT_EQ(array.shape, (Shape{2, 1}));
    EXPECT_EQ(std::memcmp(array.bytes.data(), "abcdefgh", 8), 0);
  }
}

TEST(ParseNpy, ReadsTheDictionaryHoweverItIsWritten) {
  EXPECT_EQ(parse(with_header("{'shape':(4,),'fortran_order':False,'descr':\"<f2\"}")).shape, Shape{4});
  EXPECT_EQ(parse(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}")).shape, Shape{});
  EXPECT_EQ(parse(with_header("{'descr': '<f8', 'fortran_order': True, 'shape': (1L,)}")).shape, Shape{1});
}

TEST(ParseNpy, RefusesWhatItCannotRead) {
  EXPECT_THAT(refusal(with_header("{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}")),
              StrEq("x.npy: its elements are >f4; only <f2, <f4, <f8, |i1 and |u1 are supported"));
  EXPECT_THAT(refusal(with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}")),
              HasSubstr("elements are |O"));
  EXPECT_THAT(refusal(with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}")),
              HasSubstr("an array of records"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}")),
              HasSubstr("in Fortran order"));
}

TEST(ParseNpy, RefusesAWrongSize) {
  const auto shaped = [](std::string_view shape) {
    return refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + std::string(shape) + "}"));
  };
  EXPECT_THAT(shaped("(3,)"), HasSubstr("8 bytes of data follow the header, but f32 [3] takes 12"));
  EXPECT_THAT(shaped("(1,)"), HasSubstr("8 bytes of data follow the header, but f32 [1] takes 4"));
  EXPECT_THAT(shaped("(4294967296, 4294967296)"), HasSubstr("overflows"));
  EXPECT_THAT(shaped("(4611686018427387906,)"), HasSubstr("overflows"));
  EXPECT_THAT(shaped("(99999999999999999999,)"), HasSubstr("numbers that fit 64 bits"));
  EXPECT_THAT(shaped("(-2,)"), HasSubstr("numbers that fit 64 bits"));
  EXPECT_THAT(shaped("(2"), HasSubstr("lacks a ')'"));
  EXPECT_THAT(shaped("2"), HasSubstr("lacks a '('"));
}

TEST(ParseNpy, RefusesABrokenHeader) {
  const std::string good = with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
  EXPECT_EQ(refusal(good), "accepted");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_NE(refusal(good.substr(0, size)), "accepted") << size;
  EXPECT_NE(refusal(good + "x"), "accepted");
  EXPECT_THAT(refusal("no array at all"), StrEq("x.npy: not an .npy file"));
  EXPECT_THAT(refusal(file_of(4, "{}", "")), HasSubstr("version 4 of .npy is not supported"));
  EXPECT_THAT(refusal(file_of(0, "{}", "")), HasSubstr("version 0"));
  EXPECT_THAT(refusal(with_header("{}")), HasSubstr("must have descr, fortran_order and shape"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'descr': '<f4'}")), HasSubstr("descr twice"));
  EXPECT_THAT(refusal(with_header("{'other': 1}")), HasSubstr("the key other"));
  EXPECT_THAT(refusal(with_header("{'fortran_order': 0}")), HasSubstr("True or False"));
  EXPECT_THAT(refusal(with_header("{'descr: '<f4'}")), HasSubstr("lacks a ':'"));
  EXPECT_THAT(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x")),
              HasSubstr("text follows"));
}

TEST(Npy, ConvertsToF32) {
  const TemporaryFolder folder;
  const double values[] = {0.5, -2, 3, 4};
  std::ofstream(folder / "x.npy", std::ios::binary)
      << file_of(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n",
                 std::string_view(reinterpret_cast<const char*>(values), sizeof(values)));
  const Npy array = Npy::open(folder / "x.npy");
  EXPECT_EQ(array.dtype(), DType::f64);
  EXPECT_EQ(array.shape(), (Shape{2, 2}));
  EXPECT_THAT(array.f32(), ElementsAre(0.5, -2, 3, 4));
  EXPECT_THROW(Npy::open(folder / "none.npy"), IoError);
}

TEST(NpyHeader, IsAsLongForAnySize) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(npy_header(0, 1).size(), 128U);
  EXPECT_EQ(npy_header(most, std::uint64_t{1} << 32).size(), 128U);
  EXPECT_TRUE(npy_header(most, 1).ends_with(" \n"));
}

TEST(NpyHeader, SaysTheType) {
  for (const DType dtype : {DType::f16, DType::f32, DType::f64, DType::i8, DType::u8}) {
    const std::string header = npy_header(3, 2, dtype);
    EXPECT_EQ(header.size(), 128U);
    const StoredTensor array = parse(header + std::string(6 * size_of(dtype), 'x'));
    EXPECT_EQ(array.dtype, dtype);
    EXPECT_EQ(array.shape, (Shape{3, 2}));
    EXPECT_THAT(refusal(header + std::string(6 * size_of(dtype) + 1, 'x')), HasSubstr("follow the header"));
  }
  EXPECT_NE(npy_header(1, 1, DType::i8), npy_header(1, 1, DType::u8));
  EXPECT_THAT([] { npy_header(1, 1, DType::bf16); },
              ThrowsMessage<ArgumentError>(StrEq("an array of bf16 cannot be written as .npy")));
}

TEST(Npy, DoesNotReadIntegersAsFloats) {
  const TemporaryFolder folder;
  std::ofstream(folder / "x.npy", std::ios::binary) << npy_header(1, 3, DType::u8) << "abc";
  const Npy array = Npy::open(folder / "x.npy");
  EXPECT_EQ(array.array().bytes.size(), 3U);
  EXPECT_THROW(array.f32(), FormatError);
}

TEST(NpyHeader, IsNumPysOwn) {
  const std::string file = read_file(fixture_path("sentences/minilm-200.npy"));
  EXPECT_EQ(file.substr(0, 128), npy_header(200, 384));
  EXPECT_EQ(parse(file).shape, (Shape{200, 384}));
}

TEST(NpyWriter, WritesRowsUntilTheyAreCounted) {
  const TemporaryFolder folder;
  const auto path = folder / "x.npy";
  NpyWriter writer(path, 2);
  writer.write(std::vector<float>{1, 2});
  writer.write({});
  writer.write(std::vector<float>{3, 4, 5, 6});
  EXPECT_EQ(writer.rows(), 3U);
  EXPECT_FALSE(file_exists(path));
  writer.commit();
  const Npy array = Npy::open(path);
  EXPECT_EQ(array.shape(), (Shape{3, 2}));
  EXPECT_THAT(array.f32(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(NpyWriter, AnEmptyArrayHasItsColumns) {
  const TemporaryFolder folder;
  NpyWriter(folder / "x.npy", 384).commit();
  EXPECT_EQ(Npy::open(folder / "x.npy").shape(), (Shape{0, 384}));
}

TEST(NpyWriter, GoesOnAfterAnInterruption) {
  const TemporaryFolder folder;
  const auto path = folder / "x.npy";
  EXPECT_EQ(NpyWriter::partial_rows(path, 2), 0U);
  {
    NpyWriter writer(path, 2);
    EXPECT_EQ(NpyWriter::partial_rows(path, 2), 0U);
    writer.write(std::vector<float>{1, 2, 3, 4, 5, 6});
  }
  std::ofstream(PartialFile::name_of(path), std::ios::binary | std::ios::app) << "torn";
  EXPECT_EQ(NpyWriter::partial_rows(path, 2), 3U);
  NpyWriter writer(path, 2, 2);  // what else the job keeps in step may be behind
  writer.write(std::vector<float>{7, 8});
  writer.commit();
  EXPECT_THAT(Npy::open(path).f32(), ElementsAre(1, 2, 3, 4, 7, 8));
  EXPECT_EQ(NpyWriter::partial_rows(path, 2), 0U);
}

TEST(NpyWriter, GoesOnAfterAnInterruptionBeforeTheRename) {
  const TemporaryFolder folder;
  const auto path = folder / "x.npy";
  {
    NpyWriter writer(path, 2);
    writer.write(std::vector<float>{1, 2, 3, 4});
    writer.commit();
  }
  std::filesystem::rename(path, PartialFile::name_of(path));
  for (const std::uint64_t rows : {2U, 3U}) {  // twice: the first must not leave a wrong number of rows behind
    EXPECT_EQ(NpyWriter::partial_rows(path, 2), rows);
    NpyWriter(path, 2, rows).write(std::vector<float>{9, 9});
  }
  NpyWriter(path, 2, 4).commit();
  EXPECT_EQ(Npy::open(path).shape(), (Shape{4, 2}));
}

TEST(NpyWriter, RefusesAnotherJobsFile) {
  const TemporaryFolder folder;
  const auto path = folder / "x.npy";
  { NpyWriter(path, 2).write(std::vector<float>(256)); }
  EXPECT_THAT([&] { NpyWriter(path, 3, 1); },
              ThrowsMessage<FormatError>(HasSubstr("unfinished f32 array with 3 columns")));
  EXPECT_THAT([&] { NpyWriter(path, 2, 129); }, ThrowsMessage<FormatError>(HasSubstr("has 128 rows, not the 129")));
  EXPECT_THROW(NpyWriter(folder / "none.npy", 2, 1), FormatError);
  EXPECT_EQ(NpyWriter::partial_rows(path, 2), 128U);
}

TEST(NpyWriter, RefusesPartsOfRows) {
  const TemporaryFolder folder;
  NpyWriter writer(folder / "x.npy", 2);
  EXPECT_THAT(
      [&] {
        writer.write(std::vector<float>{1, 2, 3});
      },
      ThrowsMessage<ArgumentError>(StrEq("3 numbers are not whole rows of 2")));
  writer.discard();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THROW(NpyWriter(folder / "y.npy", 0), ArgumentError);
  EXPECT_THROW(NpyWriter::partial_rows(folder / "y.npy", 0), ArgumentError);
}

}  // namespace
}  // namespace mana::formats
