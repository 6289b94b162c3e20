#include "mana/formats/packed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/base/xxh64.h"
#include "mana/formats/packed_format.h"

namespace mana::formats {
namespace {

using packed::Entry;
using packed::Header;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A file that a test may spoil. Its numbers are changed in place; seal() makes the sums right again, so that only what
/// is spoilt is wrong.
class SpoiltFile {
 public:
  SpoiltFile() {
    const TemporaryFolder folder;
    const std::string_view weights = "weights of any length", bias = "bias";
    const SectionToWrite sections[] = {{"first", bytes_of(weights)}, {"other", bytes_of(bias)}, {"third", {}}};
    write_packed_file(folder / "m.mana", sections, {.sample = 7, .content = 8});
    file = read_file(folder / "m.mana");
  }

  template <class Record, class Change>
  void change(std::size_t offset, Change change) {
    Record record;
    std::memcpy(&record, file.data() + offset, sizeof record);
    change(record);
    std::memcpy(file.data() + offset, &record, sizeof record);
  }

  void seal() {
    change<Header>(0, [&](Header& header) {
      header.index_sum = xxh64(bytes_of(file).subspan(sizeof(Header), header.index_size));
    });
    change<Header>(
        0, [&](Header& header) { header.header_sum = xxh64(bytes_of(file).first(offsetof(Header, header_sum))); });
  }

  PackedContent parse() const { return parse_packed_file(bytes_of(file), "m.mana"); }

  std::string refusal() const {
    try {
      parse();
    } catch (const FormatError& error) {
      return error.what();
    }
    return "accepted";
  }

  std::string file;
};

/// Where the entries of "first" and "other" are.
constexpr std::size_t kFirst = sizeof(Header), kSecond = kFirst + sizeof(Entry) + 5;

TEST(PackedFile, HoldsTheSectionsThatWereWrittenAligned) {
  const SpoiltFile written;
  const PackedContent content = written.parse();
  EXPECT_EQ(content.origin, (PackedOrigin{7, 8}));
  ASSERT_EQ(content.sections.size(), 3U);
  EXPECT_EQ(text_of(content.sections.at("first").bytes), "weights of any length");
  EXPECT_EQ(text_of(content.sections.at("other").bytes), "bias");
  EXPECT_TRUE(content.sections.at("third").bytes.empty());
  for (const auto& [name, section] : content.sections) {
    EXPECT_NO_THROW(check_section(name, section, "m.mana"));
    EXPECT_EQ((text_of(section.bytes).empty() ? 0 : section.bytes.data() - bytes_of(written.file).data()) % 64, 0);
  }
}

TEST(PackedFile, NoticesEveryFlippedBitOfHeaderAndIndex) {
  const SpoiltFile right;
  std::uint64_t index_size = 0;
  std::memcpy(&index_size, right.file.data() + offsetof(Header, index_size), sizeof index_size);
  for (std::size_t bit = 0; bit < (sizeof(Header) + index_size) * 8; ++bit) {
    SpoiltFile file = right;
    file.file[bit / 8] = static_cast<char>(file.file[bit / 8] ^ 1 << bit % 8);
    const bool in_version = bit / 8 >= offsetof(Header, version) && bit / 8 < offsetof(Header, sections);
    if (in_version) {
      EXPECT_NE(file.parse().version, kPackedVersion);  // which nobody reads
    } else {
      EXPECT_NE(file.refusal(), "accepted") << "bit " << bit;
    }
  }
}

TEST(PackedFile, NoticesEveryFlippedBitOfASection) {
  SpoiltFile file;
  const std::size_t begin = file.file.find("weights of any length");
  for (std::size_t bit = 0; bit < 21 * 8; ++bit) {
    SpoiltFile spoilt = file;
    spoilt.file[begin + bit / 8] = static_cast<char>(spoilt.file[begin + bit / 8] ^ 1 << bit % 8);
    const PackedContent content = spoilt.parse();
    EXPECT_THAT([&] { check_section("first", content.sections.at("first"), "m.mana"); },
                ThrowsMessage<FormatError>(HasSubstr("m.mana: section first is damaged; write it again")));
    EXPECT_NO_THROW(check_section("other", content.sections.at("other"), "m.mana"));
  }
}

TEST(PackedFile, RefusesEveryCutAndAddition) {
  const SpoiltFile right;
  for (std::size_t size = 0; size < right.file.size(); ++size) {
    SpoiltFile file = right;
    file.file.resize(size);
    EXPECT_NE(file.refusal(), "accepted") << size;
  }
  SpoiltFile file = right;
  file.file += "more";
  EXPECT_THAT(file.refusal(), HasSubstr("but was written with"));
}

TEST(PackedFile, TellsAnotherVersionAndReadsNoMoreOfIt) {
  SpoiltFile file;
  file.change<Header>(0, [](Header& header) { header.version = 99; });
  EXPECT_EQ(file.parse().version, 99U);
  EXPECT_TRUE(file.parse().sections.empty());
}

TEST(PackedFile, RefusesWhatIsNoPackedModel) {
  SpoiltFile file;
  file.file = std::string(200, 'x');
  EXPECT_THAT(file.refusal(), HasSubstr("this is not a packed model"));
}

// Sums are right in the following: whoever makes such a file wants it to be read.

TEST(PackedFile, RefusesPlacesOutsideTheFile) {
  constexpr std::uint64_t kHuge = ~std::uint64_t{0} - 63;  // a multiple of 64 to which a size adds up past the end
  for (const std::uint64_t offset : {kHuge, std::uint64_t{1} << 40, std::uint64_t{0}, std::uint64_t{64}}) {
    SpoiltFile file;
    file.change<Entry>(kSecond, [&](Entry& entry) { entry.offset = offset; });
    file.seal();
    EXPECT_THAT(file.refusal(), HasSubstr("section other of 4 bytes at")) << offset;
  }
  for (const std::uint64_t size : {kHuge, ~std::uint64_t{0}, std::uint64_t{1000}}) {
    SpoiltFile file;
    file.change<Entry>(kSecond, [&](Entry& entry) { entry.size = size; });
    file.seal();
    EXPECT_THAT(file.refusal(), HasSubstr("has no place in the file")) << size;
  }
}

TEST(PackedFile, RefusesSectionsThatOverlapOrAreNotAligned) {
  SpoiltFile file;
  file.change<Entry>(kSecond, [](Entry& entry) { entry.offset += 4; });
  file.seal();
  EXPECT_THAT(file.refusal(), HasSubstr("has no place"));
  SpoiltFile overlapping;
  std::uint64_t first = 0;
  overlapping.change<Entry>(kFirst, [&](Entry& entry) { first = entry.offset; });
  overlapping.change<Entry>(kSecond, [&](Entry& entry) { entry.offset = first; });
  overlapping.seal();
  EXPECT_THAT(overlapping.refusal(), HasSubstr("has no place"));
}

TEST(PackedFile, RefusesAnIndexThatDoesNotHoldWhatItSays) {
  SpoiltFile more;
  more.change<Header>(0, [](Header& header) { header.sections = 0xFFFFFFFF; });
  more.seal();
  EXPECT_THAT(more.refusal(), HasSubstr("the index ends before section 3"));
  SpoiltFile fewer;
  fewer.change<Header>(0, [](Header& header) { header.sections = 1; });
  fewer.seal();
  EXPECT_THAT(fewer.refusal(), HasSubstr("follow the last entry"));
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{2000}, ~std::uint64_t{0}}) {
    SpoiltFile name;
    name.change<Entry>(kFirst, [&](Entry& entry) { entry.name_size = size; });
    name.seal();
    EXPECT_THAT(name.refusal(), HasSubstr("section 0 has a name of")) << size;
  }
  SpoiltFile index;
  index.change<Header>(0, [](Header& header) { header.index_size = ~std::uint64_t{0}; });
  index.change<Header>(
      0, [&](Header& header) { header.header_sum = xxh64(bytes_of(index.file).first(offsetof(Header, header_sum))); });
  EXPECT_THAT(index.refusal(), HasSubstr("an index of"));
}

TEST(PackedFile, RefusesANameThatComesTwice) {
  SpoiltFile file;
  file.file.replace(kSecond + sizeof(Entry), 5, "first");
  file.seal();
  EXPECT_THAT(file.refusal(), HasSubstr("there are two sections first"));
}

TEST(PackedFile, IsNotWrittenWithNamesThatCannotBeRead) {
  const TemporaryFolder folder;
  const SectionToWrite twice[] = {{"a", {}}, {"a", {}}}, empty[] = {{"", {}}};
  EXPECT_THROW(write_packed_file(folder / "m.mana", twice, {}), ArgumentError);
  EXPECT_THROW(write_packed_file(folder / "m.mana", empty, {}), ArgumentError);
  EXPECT_FALSE(file_exists(folder / "m.mana"));
}

TEST(PackedFile, OpensAndChecksWhatLiesInAFolder) {
  const TemporaryFolder folder;
  const SectionToWrite sections[] = {{"a", bytes_of("abc")}};
  write_packed_file(folder / "m.mana", sections, {});
  const PackedFile file = PackedFile::open(folder / "m.mana");
  EXPECT_NO_THROW(file.check_sections());
  ASSERT_NE(file.find("a"), nullptr);
  EXPECT_EQ(text_of(file.find("a")->bytes), "abc");
  EXPECT_EQ(file.find("b"), nullptr);
  EXPECT_THROW(PackedFile::open(folder / "none.mana"), IoError);
}

}  // namespace
}  // namespace mana::formats
