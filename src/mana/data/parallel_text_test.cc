#include "mana/data/parallel_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

class ParallelText : public testing::Test {
 protected:
  std::filesystem::path put(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  static std::vector<std::pair<std::string, std::string>> read(const ParallelFiles& files) {
    ParallelReader reader(files);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (ParallelPair pair; reader.next(pair);) pairs.emplace_back(pair.source, pair.target);
    return pairs;
  }

  template <class E = FormatError>
  static void expect_refused(const ParallelFiles& files, const std::string& what) {
    EXPECT_THAT([&] { read(files); }, ThrowsMessage<E>(HasSubstr(what)));
  }

  ParallelFiles rows(const std::filesystem::path& path) const {
    return {.rows = path, .source_column = "en", .target_column = "de", .source = {}, .target = {}};
  }
  ParallelFiles lines(const std::filesystem::path& source, const std::filesystem::path& target) const {
    return {.rows = {}, .source = source, .target = target};
  }

  TemporaryFolder folder_;
};

TEST_F(ParallelText, EveryFormGivesTheSamePairs) {
  const auto expected = ElementsAre(Pair("A dog.", "Ein Hund."), Pair("Two \"cats\".", "Zwei »Katzen«."));
  const std::string table = "id\tde\ten\n1\tEin Hund.\tA dog.\n2\tZwei »Katzen«.\tTwo \"cats\".\n";
  EXPECT_THAT(read(rows(put("pairs.tsv", table))), expected);
  EXPECT_THAT(read(rows(put("pairs.tsv.gz", gzip_packed(table)))), expected);
  EXPECT_THAT(read(rows(put("pairs.tsv.zst", zstd_packed(table)))), expected);
  EXPECT_THAT(read(rows(put("pairs.jsonl", R"({"en": "A dog.", "de": "Ein Hund."}
{"de": "Zwei »Katzen«.", "en": "Two \"cats\"."}
)"))),
              expected);
  const std::string english = "A dog.\nTwo \"cats\".\n", german = "Ein Hund.\r\nZwei »Katzen«.";
  EXPECT_THAT(read(lines(put("a.en", english), put("a.de", german))), expected);
  EXPECT_THAT(read(lines(put("a.en.gz", gzip_packed(english)), put("a.de.zst", zstd_packed(german)))), expected);
}

TEST_F(ParallelText, LinesAreThoseOfTheFile) {
  ParallelReader reader(rows(put("pairs.tsv", "en\tde\na\tb\nc\td\n")));
  ParallelPair pair;
  ASSERT_TRUE(reader.next(pair));
  EXPECT_EQ(pair.line, 2);
  ASSERT_TRUE(reader.next(pair));
  EXPECT_EQ(pair.line, 3);
  EXPECT_FALSE(reader.next(pair));
}

TEST_F(ParallelText, FilesOfDifferentLengthNameTheLine) {
  const auto two = put("two.en", "a\nb\n"), three = put("three.de", "a\nb\nc\nd\n");
  expect_refused(lines(two, three), "three.de:3 has no line in " + two.string() + ", which ends before");
  expect_refused(lines(three, two), "three.de:3 has no line in " + two.string() + ", which ends before");
  expect_refused(lines(two, put("none.de", "")), "two.en:1 has no line in ");
}

TEST_F(ParallelText, AnEmptySideIsRefused) {
  expect_refused(lines(put("a.en", "a\nb\n"), put("a.de", "a\n \t\n")),
                 "a.de:2 is empty; fill it in, or remove the line here and in ");
  expect_refused(lines(put("b.en", "a\n\nc\n"), put("b.de", "a\n\nc\n")), "b.en:2 is empty");
  expect_refused(rows(put("pairs.tsv", "en\tde\na\tb\n \td\n")),
                 "pairs.tsv:3: en is empty; fill it in or remove the row");
  expect_refused(rows(put("pairs.jsonl", R"({"en": "a", "de": ""})")), "de is empty");
}

TEST_F(ParallelText, ColumnsThatAreNotThereAreNamed) {
  expect_refused<ArgumentError>(rows(put("pairs.tsv", "en\tfr\na\tb\n")), "de");
  expect_refused(rows(put("pairs.jsonl", R"({"en": "a", "fr": "b"})")), "de");
}

TEST_F(ParallelText, BrokenLinesOfEitherFileAreCounted) {
  ParallelReader reader(lines(put("a.en", "a\n\xff!\n"), put("a.de", "b\nc\n")));
  for (ParallelPair pair; reader.next(pair);) continue;
  ASSERT_EQ(reader.notes().size(), 2);
  EXPECT_EQ(reader.notes()[0].broken.count, 1);
  EXPECT_EQ(reader.notes()[1].broken.count, 0);
}

TEST_F(ParallelText, StopsWhenAsked) {
  std::stop_source stop;
  ParallelReader reader(lines(put("a.en", "a\n"), put("a.de", "b\n")), stop.get_token());
  stop.request_stop();
  ParallelPair pair;
  EXPECT_THROW(reader.next(pair), Cancelled);
}

}  // namespace
}  // namespace mana::data
