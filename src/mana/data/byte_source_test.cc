#include "mana/data/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/line_reader.h"
#include "mana/data/test_packing.h"

namespace mana::data {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

/// Letters that do not pack too well, so that there are many blocks of packed ones.
std::string letters(std::size_t size) {
  std::mt19937 random(5);
  std::string text(size, ' ');
  for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
  return text;
}

class ByteSourceTest : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view bytes) const {
    std::ofstream(folder_ / "input", std::ios::binary) << bytes;
    return folder_ / "input";
  }
  /// All that is read in blocks of a size, of a file with these bytes.
  std::string read(std::string_view bytes, std::size_t block = std::size_t{1} << 16) const {
    ByteSource source(file(bytes));
    std::string all;
    std::string piece(block, '\0');
    for (std::size_t count = source.read(piece); count > 0; count = source.read(piece)) all.append(piece, 0, count);
    EXPECT_EQ(source.read(piece), 0u) << "behind the end";
    EXPECT_EQ(source.position(), bytes.size());
    return all;
  }
  std::string mistake(std::string_view bytes) const {
    try {
      read(bytes);
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
};

const std::string kSkipped = "\x5A\x2A\x4D\x18\x03\0\0\0abc"s;  // a frame of zstd that is to be passed over

TEST_F(ByteSourceTest, GivesWhatIsNotPackedAsItIs) {
  for (const std::string& bytes : {""s, "a"s, "ab\n"s, "\x1F"s, "\x1Fx"s, "\x28\xB5"s, "\x28\xB5\x2Fx"s, "Pay"s, "P*M"s,
                                   "P*M\x17rest"s, "\0\0\0"s, letters(300'000)}) {
    for (const std::size_t block : {1u, 3u, 1u << 16}) {
      if (bytes.size() / block > 100'000) continue;
      EXPECT_EQ(read(bytes, block), bytes);
    }
  }
}

TEST_F(ByteSourceTest, UnpacksWhateverTheSizesOfBlocks) {
  for (const std::string& text : {""s, "x"s, "two\nlines"s, letters(700'000), std::string(3'000'000, 'a')}) {
    for (const std::size_t block : {std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
      if (text.size() / block > 100'000) continue;
      EXPECT_EQ(read(gzipped(text), block), text);
      EXPECT_EQ(read(zstd_packed(text), block), text);
    }
  }
}

TEST_F(ByteSourceTest, GoesFromMemberToMember) {
  const std::string big = letters(200'000);
  EXPECT_EQ(read(gzipped("one ") + gzipped("") + gzipped(big) + gzipped("end")), "one " + big + "end");
  EXPECT_EQ(read(gzipped("one") + "\0\0"s + gzipped("two") + std::string(1000, '\0')), "onetwo") << "filled up";
  EXPECT_EQ(read(zstd_packed("one ") + zstd_packed("") + zstd_packed(big) + zstd_packed("end")), "one " + big + "end");
  EXPECT_EQ(read(kSkipped + zstd_packed("one ") + kSkipped + zstd_packed("two") + kSkipped), "one two");
}

/// Wherever it is cut, nothing is taken for the end that is not; what was cut between two members is whole.
TEST_F(ByteSourceTest, SaysThatPackedDataBreakOff) {
  const std::string gzip = gzipped("a text that is long enough, a text"), zstd = zstd_packed("a text of some length");
  for (std::size_t size = 2; size < gzip.size(); ++size) {
    EXPECT_THAT(mistake(gzip.substr(0, size)), HasSubstr("breaks off after")) << size;
    EXPECT_THAT(mistake(gzip + gzip.substr(0, size)), HasSubstr("gzip data: copy or pack it again")) << size;
  }
  for (std::size_t size = 4; size < zstd.size(); ++size) {
    EXPECT_THAT(mistake(zstd.substr(0, size)), HasSubstr("breaks off after")) << size;
    EXPECT_THAT(mistake(zstd + zstd.substr(0, size)), HasSubstr("zstd data: copy or pack it again")) << size;
  }
  EXPECT_THAT(mistake(kSkipped.substr(0, 9)), HasSubstr("breaks off after 9 bytes"));
}

TEST_F(ByteSourceTest, SaysWhereAndWhyPackedDataAreBroken) {
  const std::string text = letters(5000);
  std::string gzip = gzipped(text), zstd = zstd_packed(text);
  EXPECT_THAT(mistake(gzip + "and more"), AllOf(HasSubstr("input is broken at byte"), HasSubstr("header check")));
  EXPECT_THAT(mistake(zstd + "and more"), AllOf(HasSubstr("input is broken at byte"), HasSubstr("(Unknown frame")));
  gzip[gzip.size() - 6] ^= 1;  // the checksum of the text
  zstd.back() ^= 1;
  EXPECT_THAT(mistake(gzip), HasSubstr("(incorrect data check)"));
  EXPECT_THAT(mistake(zstd), HasSubstr("checksum"));
}

/// A bit that is turned over may be noticed, and do nothing else.
TEST_F(ByteSourceTest, StandsEveryBrokenBit) {
  const std::string text = letters(60);
  for (const std::string& packed : {gzipped(text), zstd_packed(text)}) {
    for (std::size_t bit = 0; bit < packed.size() * 8; bit += 3) {
      std::string broken = packed;
      broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
      try {
        const std::string all = read(broken);
        // What is read then is the text, where the header says something else that does not matter, or bytes as they
        // are.
        EXPECT_TRUE(all == text || all == broken) << bit;
      } catch (const FormatError&) {
      }
    }
  }
}

TEST_F(ByteSourceTest, TakesWindowsOf128MebibytesAndNoLarger) {
  EXPECT_EQ(read(zstd_packed("text", 27)), "text");
  EXPECT_THAT(mistake(zstd_packed("text", 28)), HasSubstr("too much memory"));
}

/// Nothing is waited for that the first lines do not need.
TEST_F(ByteSourceTest, GivesLinesOfAPipeAsTheyCome) {
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::fstream writer(pipe, std::ios::in | std::ios::out | std::ios::binary);  // stays open
  LineReader reader(pipe);
  std::string line;
  for (const std::string& text : {"a"s, ""s, "two"s}) {
    writer << text << '\n' << std::flush;
    ASSERT_TRUE(reader.next(line));
    EXPECT_EQ(line, text);
  }
  const std::filesystem::path packed = folder_ / "packed";
  ASSERT_EQ(::mkfifo(packed.c_str(), 0600), 0);
  std::fstream packer(packed, std::ios::in | std::ios::out | std::ios::binary);
  LineReader unpacked(packed);
  for (const std::string& text : {"one"s, "two"s}) {
    packer << zstd_packed(text + "\n") << std::flush;
    ASSERT_TRUE(unpacked.next(line));
    EXPECT_EQ(line, text);
  }
}

TEST(UnpackedName, LeavesTheEndingOfThePackingOut) {
  EXPECT_EQ(unpacked_name("texts.jsonl.gz"), "texts.jsonl");
  EXPECT_EQ(unpacked_name("texts.tsv.zst"), "texts.tsv");
  EXPECT_EQ(unpacked_name("texts.tsv"), "texts.tsv");
  EXPECT_EQ(unpacked_name("gz"), "gz");
}

}  // namespace
}  // namespace mana::data
