#include "mana/data/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zstd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/line_reader.h"
#include "mana/data/unpacker.h"

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
      EXPECT_EQ(read(gzip_packed(text), block), text);
      EXPECT_EQ(read(zstd_packed(text), block), text);
    }
  }
}

TEST_F(ByteSourceTest, GoesFromMemberToMember) {
  const std::string big = letters(200'000);
  EXPECT_EQ(read(gzip_packed("one ") + gzip_packed("") + gzip_packed(big) + gzip_packed("end")), "one " + big + "end");
  EXPECT_EQ(read(gzip_packed("one") + "\0\0"s + gzip_packed("two") + std::string(1000, '\0')), "onetwo") << "filled up";
  EXPECT_EQ(read(zstd_packed("one ") + zstd_packed("") + zstd_packed(big) + zstd_packed("end")), "one " + big + "end");
  EXPECT_EQ(read(kSkipped + zstd_packed("one ") + kSkipped + zstd_packed("two") + kSkipped), "one two");
}

/// Wherever it is cut, nothing is taken for the end that is not; what was cut between two members is whole.
TEST_F(ByteSourceTest, SaysThatPackedDataBreakOff) {
  const std::string gzip = gzip_packed("a text that is long enough, a text"),
                    zstd = zstd_packed("a text of some length");
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
  std::string gzip = gzip_packed(text), zstd = zstd_packed(text);
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
  for (const std::string& packed : {gzip_packed(text), zstd_packed(text)}) {
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

/// A frame that does not say its size, which has to be taken with its whole window.
std::string frame_of_window(std::string_view text, int window_log) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string packed(ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  packed.resize(out.pos);
  return packed;
}

TEST_F(ByteSourceTest, TakesWindowsOf128MebibytesAndNoLarger) {
  EXPECT_EQ(read(frame_of_window("text", 27)), "text");
  EXPECT_THAT(mistake(frame_of_window("text", 28)), HasSubstr("too much memory"));
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

/// The same text in an encoding that its mark tells, made unit by unit.
std::string encoded(std::u32string_view text, unsigned size, bool little) {
  std::string bytes;
  const auto put = [&](std::uint32_t unit) {
    for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(unit >> (8 * (little ? i : size - 1 - i)));
  };
  put(0xFEFF);
  for (const char32_t c : text) {
    if (size == 2 && c > 0xFFFF) {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      put(c);
    }
  }
  return bytes;
}

TEST_F(ByteSourceTest, MakesUtf8OfWhatAMarkTells) {
  const std::u32string text = U"سلام\r\nde l’été 😀\n\U0010FFFF";
  const std::string wanted = "سلام\r\nde l’été 😀\n\U0010FFFF";
  for (const unsigned size : {2u, 4u}) {
    for (const bool little : {false, true}) {
      for (const std::size_t block : {1u, 3u, 1u << 16}) {
        EXPECT_EQ(read(encoded(text, size, little), block), wanted) << size << little;
        EXPECT_EQ(read(gzip_packed(encoded(text, size, little)), block), wanted) << size << little;
      }
      EXPECT_EQ(read(encoded(U"", size, little)), "");
      std::u32string large;
      for (int i = 0; i < 100'000; ++i) large += text;
      std::string large_wanted;
      for (int i = 0; i < 100'000; ++i) large_wanted += wanted;
      EXPECT_EQ(read(encoded(large, size, little)), large_wanted);
    }
  }
  EXPECT_EQ(read("\xEF\xBB\xBFtext"), "text");
  EXPECT_EQ(read("\xEF\xBB\xBF"), "");
  EXPECT_EQ(read("\xEF\xBB"), "\xEF\xBB");
}

TEST_F(ByteSourceTest, WhatIsBrokenInUtf16OrUtf32IsBrokenInUtf8) {
  EXPECT_EQ(read("\xFF\xFE\x3D\xD8"s), "\xFF") << "half a pair at the end";
  EXPECT_EQ(read("\xFF\xFE\x3D\xD8"
                 "a\0"s),
            "\xFF"
            "a");
  EXPECT_EQ(read("\xFF\xFE\0\xDC"
                 "a\0b"s),
            "\xFF"
            "a\xFF")
      << "the other half, and half a unit";
  EXPECT_EQ(read("\xFF\xFE\0\0\0\0\x11\0"s), "\xFF") << "beyond Unicode";
}

TEST_F(ByteSourceTest, RefusesWhatIsNoText) {
  const std::string random = [] {
    std::mt19937 generator(3);
    std::string bytes = "\x01";
    for (int i = 0; i < 2000; ++i) bytes += static_cast<char>(generator());
    return bytes;
  }();
  const std::string tar = "file.txt" + std::string(249, '\0') + "ustar\0"s + std::string(300, '\0');
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"BZh91AY&SY\x01\x02", "is packed by bzip2, which is not read: unpack it"},
      {"\xFD"
       "7zXZ\0\0\x04"s,
       "is packed by xz"},
      {"\x04\x22\x4D\x18\x64", "is packed by lz4"},
      {"PK\x03\x04\x14\0\x06\0[Content_Types].xml"s, "is a zip archive, not text"},
      {"PK\x03\x04\x14\0\x06\0word/document.xml"s, "is a Word document (.docx), not text"},
      {"PK\x03\x04\x14\0\x06\0xl/workbook.xml"s, "is an Excel workbook (.xlsx)"},
      {"%PDF-1.7\n%\xE2\xE3", "is a PDF document, not text: save its text, for instance with pdftotext"},
      {"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s, "is an image (PNG)"},
      {"PAR1\x15\x04", "is a Parquet file, not text: write its rows as .jsonl or .csv"},
      {"\x93NUMPY\x01\0"s, "is an array of NumPy"},
      {"\x58\0\0\0\0\0\0\0{\"a\":{}}"s, "is a file of tensors (safetensors)"},
      {tar, "is a tar archive"},
      {gzip_packed(tar), "is packed by gzip and within that a tar archive"},
      {gzip_packed(gzip_packed("a")), "packed by gzip once more"},
      {random, "is binary data, not text"},
      {std::string(5000, '\0'), "is binary data"},
      {"h\0e\0l\0l\0o\0\n\0"s,
       "is UTF-16 without a byte order mark, by the look of it, not text: make UTF-8 of it, for instance with iconv -f "
       "UTF-16LE"},
      {"\0h\0i\0\n"s, "iconv -f UTF-16BE"},
      {"\x33\x06\x44\x06\x27\x06\x45\x06 \0\x2F\x06\x46\x06\x0A\0"s, "UTF-16LE"},
  };
  for (const auto& [bytes, what] : cases) EXPECT_THAT(mistake(bytes), HasSubstr(what));
}

TEST_F(ByteSourceTest, TakesWhatOnlyResemblesIt) {
  for (const std::string& text :
       {"PK"s, "BZh9 is a name"s, "%PDF is a format"s, "PAR1 is a receptor"s, "a\0b"s, "7z\n"s,
        "caf\xE9, \xFC in Latin-1\n"s, "\x1B[1mbold\x1B[0m\n"s, "RIFF and WEBP"s, "{\"a\":1}\n"s, "\x80"s, "\xFF"s,
        "a NUL \0 in a line that is long enough for it\n"s}) {
    EXPECT_EQ(read(text), text);
  }
}

TEST_F(ByteSourceTest, ShowsTheBeginningAndGivesItAfterwards) {
  const std::string text = letters(3'000'000);
  ByteSource source(file(text));
  EXPECT_TRUE(text.starts_with(source.beginning()));
  const std::size_t before = source.beginning().size();
  EXPECT_GT(before, 0);
  EXPECT_TRUE(source.extend_beginning());
  EXPECT_GT(source.beginning().size(), before);
  while (source.extend_beginning()) continue;
  EXPECT_LT(source.beginning().size(), text.size()) << "a megabyte of it";
  std::string all, piece(100'000, '\0');
  for (std::size_t count = source.read(piece); count > 0; count = source.read(piece)) all.append(piece, 0, count);
  EXPECT_EQ(all, text);
  ByteSource empty(file(""));
  EXPECT_EQ(empty.beginning(), "");
  EXPECT_FALSE(empty.extend_beginning());
}

TEST(UnpackedName, LeavesTheEndingOfThePackingOut) {
  EXPECT_EQ(unpacked_name("texts.jsonl.gz"), "texts.jsonl");
  EXPECT_EQ(unpacked_name("texts.tsv.zst"), "texts.tsv");
  EXPECT_EQ(unpacked_name("texts.tsv"), "texts.tsv");
  EXPECT_EQ(unpacked_name("gz"), "gz");
  EXPECT_EQ(unpacked_name("T.TSV.GZ"), "T.TSV");
}

}  // namespace
}  // namespace mana::data
