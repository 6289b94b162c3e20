#include "mana/data/word_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class WordQuestions : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view text) const {
    std::ofstream(folder_ / "file", std::ios::binary) << text;
    return folder_ / "file";
  }
  TemporaryFolder folder_;
};

TEST_F(WordQuestions, AreReadBySection) {
  const auto sections = read_analogies(file("a b c d\n: capital cities\nAthens Greece\tRome Italy\r\n\n: empty\n"));
  ASSERT_EQ(sections.size(), 3u);
  EXPECT_EQ(sections[0].name, "");
  EXPECT_EQ(sections[1].name, "capital cities");
  ASSERT_EQ(sections[1].questions.size(), 1u);
  EXPECT_THAT(sections[1].questions[0], ElementsAre("Athens", "Greece", "Rome", "Italy"));
  EXPECT_TRUE(sections[2].questions.empty());
  EXPECT_THAT([&] { read_analogies(file(": x\na b c\n")); },
              ThrowsMessage<FormatError>(HasSubstr("file:2: 3 words; a question has four")));
}

TEST_F(WordQuestions, MustBeThere) {
  EXPECT_THAT([&] { read_analogies(file(": empty\n")); }, ThrowsMessage<FormatError>(HasSubstr("holds no questions")));
  EXPECT_THAT([&] { read_scored_words(file("word1\tword2\tscore\n")); },
              ThrowsMessage<FormatError>(HasSubstr("holds no pairs")));
}

TEST_F(WordQuestions, OfSimilarityAreReadWithAnySeparator) {
  for (const char* text : {"word1\tword2\tscore\nnew york\tcity\t7.5\n", "# made up\nnew york\tcity\t7.5"}) {
    const auto pairs = read_scored_words(file(text));
    ASSERT_EQ(pairs.size(), 1u) << text;
    EXPECT_EQ(pairs[0].first, "new york");
    EXPECT_EQ(pairs[0].second, "city");
    EXPECT_EQ(pairs[0].score, 7.5);
  }
  EXPECT_EQ(read_scored_words(file("tiger,cat,7\nsun moon 3e0\n")).size(), 2u);
  EXPECT_THAT([&] { read_scored_words(file("a b 1\na b\n")); },
              ThrowsMessage<FormatError>(HasSubstr("file:2: two words and a number")));
  EXPECT_THAT([&] { read_scored_words(file("a b 1\na b nan\n")); }, ThrowsMessage<FormatError>(HasSubstr("file:2")));
}

}  // namespace
}  // namespace mana::data
