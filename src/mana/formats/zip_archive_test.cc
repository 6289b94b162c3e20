#include "mana/formats/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

using ::testing::HasSubstr;

template <class Number>
void put(std::string& bytes, std::uint64_t number) {
  const auto value = static_cast<Number>(number);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

struct Options {
  bool in_64_bits = false;
  std::uint16_t method = 0, flags = 0;
  std::uint64_t more = 0;     ///< what the directory says beyond the size of the file
  std::uint64_t farther = 0;  ///< how far behind its place it says that it is
  std::string name = "a/b";
  bool twice = false;
};

// An archive of one file, "content", or of two that are the same one.
std::string archive(const Options& options) {
  const std::string content = "content";
  std::string bytes;
  put<std::uint32_t>(bytes, 0x04034B50);
  bytes.append(22, '\0');
  put<std::uint16_t>(bytes, options.name.size());
  put<std::uint16_t>(bytes, 0);
  bytes += options.name + content;
  const std::size_t directory = bytes.size();
  const std::uint64_t size = content.size() + options.more;
  const int count = options.twice ? 2 : 1;
  for (int i = 0; i < count; ++i) {
    put<std::uint32_t>(bytes, 0x02014B50);
    put<std::uint32_t>(bytes, 0);
    put<std::uint16_t>(bytes, options.flags);
    put<std::uint16_t>(bytes, options.method);
    put<std::uint64_t>(bytes, 0);
    for (int both = 0; both < 2; ++both) put<std::uint32_t>(bytes, options.in_64_bits ? 0xFFFFFFFF : size);
    put<std::uint16_t>(bytes, options.name.size());
    put<std::uint16_t>(bytes, options.in_64_bits ? 28 : 0);
    bytes.append(10, '\0');
    put<std::uint32_t>(bytes, options.in_64_bits ? 0xFFFFFFFF : options.farther);
    bytes += i == 0 ? options.name : std::string(options.name.size(), 'x');
    if (!options.in_64_bits) continue;
    put<std::uint16_t>(bytes, 1);
    put<std::uint16_t>(bytes, 24);
    for (const std::uint64_t number : {size, size, options.farther}) put<std::uint64_t>(bytes, number);
  }
  const std::size_t end = bytes.size();
  if (options.in_64_bits) {
    put<std::uint32_t>(bytes, 0x06064B50);
    bytes.append(28, '\0');
    for (const std::uint64_t number : {std::uint64_t(count), end - directory, directory})
      put<std::uint64_t>(bytes, number);
    put<std::uint32_t>(bytes, 0x07064B50);
    put<std::uint32_t>(bytes, 0);
    put<std::uint64_t>(bytes, end);
    put<std::uint32_t>(bytes, 1);
  }
  put<std::uint32_t>(bytes, 0x06054B50);
  put<std::uint32_t>(bytes, 0);
  put<std::uint16_t>(bytes, count);
  put<std::uint16_t>(bytes, count);
  put<std::uint32_t>(bytes, options.in_64_bits ? 0xFFFFFFFF : end - directory);
  put<std::uint32_t>(bytes, options.in_64_bits ? 0xFFFFFFFF : directory);
  put<std::uint16_t>(bytes, 0);
  return bytes;
}

std::string content(const std::string& bytes) {
  const auto files = read_zip(std::as_bytes(std::span(bytes)), "x.bin");
  const auto file = files.at("a/b");
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

std::string refusal(const std::string& bytes) {
  try {
    read_zip(std::as_bytes(std::span(bytes)), "x.bin");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ZipArchive, GivesWhatIsStoredInIt) {
  EXPECT_EQ(content(archive({})), "content");
  EXPECT_EQ(content(archive({.in_64_bits = true})), "content");
  EXPECT_EQ(content(archive({}) + std::string("\0\0", 2)), "content") << "a comment that its end does not announce";
}

TEST(ZipArchive, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal(archive({.method = 8})), HasSubstr("a/b in it is compressed"));
  EXPECT_THAT(refusal(archive({.flags = 1})), HasSubstr("or encrypted"));
  for (const bool in_64_bits : {false, true}) {
    EXPECT_THAT(refusal(archive({.in_64_bits = in_64_bits, .more = 1000})), HasSubstr("lies behind its end"));
    EXPECT_THAT(refusal(archive({.in_64_bits = in_64_bits, .farther = 1})), HasSubstr("a file is not where it says"));
    EXPECT_THAT(refusal(archive({.in_64_bits = in_64_bits, .farther = 1000})), HasSubstr("lies behind its end"));
    EXPECT_THAT(refusal(archive({.in_64_bits = in_64_bits, .twice = true})), HasSubstr("two files lie in one another"));
  }
  EXPECT_THAT(refusal(archive({.in_64_bits = true, .more = ~std::uint64_t{0} - 10})), HasSubstr("its end"));
  EXPECT_THAT(refusal(archive({.name = "\xff"})), HasSubstr("no UTF-8"));
  EXPECT_THAT(refusal(archive({.name = "xxx", .twice = true})), HasSubstr("two files have the same name"));
  EXPECT_THAT(refusal(""), HasSubstr("it is too short"));
  EXPECT_THAT(refusal(std::string(100, ' ')), HasSubstr("its end is missing"));
}

TEST(ZipArchive, CutAnywhereIsRefused) {
  for (const bool in_64_bits : {false, true}) {
    const std::string whole = archive({.in_64_bits = in_64_bits});
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_NE(refusal(whole.substr(0, size)), "accepted") << size;
  }
}

// A file that PyTorch wrote, and the same with a bit of a tensor turned over.
TEST(ZipArchive, ADamagedFileIsFoundByItsSum) {
  const MappedFile file(fixture_path("pytorch/state_dict.bin"));
  std::vector<std::byte> bytes(file.bytes().begin(), file.bytes().end());
  EXPECT_THAT(damaged_files(bytes, "weights"), testing::IsEmpty());
  for (const auto& [name, content] : read_zip(bytes, "weights")) {
    if (!name.ends_with("data/0")) continue;
    bytes[static_cast<std::size_t>(content.data() - bytes.data())] ^= std::byte{1};
    EXPECT_THAT(damaged_files(bytes, "weights"), testing::ElementsAre(name));
    return;
  }
  ADD_FAILURE() << "there is no tensor";
}

}  // namespace
}  // namespace mana::formats
