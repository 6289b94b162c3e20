#include "mana/data/word_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/unpacked_file.h"
#include "mana/data/unpacker.h"
#include "tests/support/source_path.h"

namespace mana::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::ThrowsMessage;

const fs::path kFixtures = fixture_path("word_vectors");

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST(WordSource, ReadsPackedFilesOfEveryForm) {
  const TemporaryFolder folder;
  for (const char* name : {"words.txt", "words.bin", "fasttext.bin"}) {
    const formats::WordVectors plain = open_word_vectors(kFixtures / name);
    for (const std::string& packed :
         {gzip_packed(read_file(kFixtures / name)), zstd_packed(read_file(kFixtures / name))}) {
      write(folder / "packed", packed);
      const formats::WordVectors vectors = open_word_vectors(folder / "packed");
      EXPECT_THAT(vectors.words, ElementsAreArray(plain.words)) << name;
      std::vector<float> one(plain.dimensions), other(plain.dimensions);
      for (std::size_t word = 0; word < plain.size(); ++word) {
        plain.read_vector(word, one);
        vectors.read_vector(word, other);
        EXPECT_EQ(one, other) << name;
      }
    }
  }
}

TEST(WordSource, RefusesWhatIsBrokenOrTooLargeUnpacked) {
  const TemporaryFolder folder;
  const std::string packed = gzip_packed(read_file(kFixtures / "words.bin"));
  write(folder / "w.gz", packed.substr(0, packed.size() / 2));
  EXPECT_THAT([&] { open_word_vectors(folder / "w.gz"); }, ThrowsMessage<FormatError>(HasSubstr("breaks off")));
  write(folder / "w.gz", gzip_packed(std::string(3'000'000, 'x')));
  const auto anything = [](std::string_view) {};
  EXPECT_EQ(unpack(folder / "w.gz", 3'000'000, anything).bytes.size(), 3'000'000u);
  EXPECT_THAT([&] { unpack(folder / "w.gz", 2'999'999, anything); },
              ThrowsMessage<FormatError>(HasSubstr("more than 2999999 bytes")));
  EXPECT_THAT([&] { open_word_vectors(folder / "w.gz"); }, ThrowsMessage<FormatError>(HasSubstr("no line end")));
  write(folder / "w.gz", gzip_packed("\x93NUMPY"));
  EXPECT_THAT([&] { open_word_vectors(folder / "w.gz"); },
              ThrowsMessage<FormatError>(HasSubstr("give the .npy itself")));
  write(folder / "w.gz", "");
  EXPECT_THROW(open_word_vectors(folder / "w.gz"), FormatError);
}

}  // namespace
}  // namespace mana::data
