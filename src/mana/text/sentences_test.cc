#include "mana/text/sentences.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/text/utf8.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

std::vector<std::string> sentences(std::string_view text, SentenceRules rules = SentenceRules::tailored) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = sentence_end(text, begin, rules);
    found.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return found;
}

using List = std::vector<std::string>;

/// A line of Unicode's test: code points, with ÷ where a sentence ends and × where none does.
List expected(const std::string& line) {
  List found;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (word == "÷") {
      found.emplace_back();
    } else if (word != "×") {
      char bytes[4];
      const std::size_t count = encode(static_cast<char32_t>(std::stoul(word, nullptr, 16)), bytes);
      found.back().append(bytes, count);
    }
  }
  found.pop_back();
  return found;
}

class UnicodeSentences : public testing::TestWithParam<SentenceRules> {};

// No line of the test has an abbreviation of our list: both kinds of rules pass all of them.
TEST_P(UnicodeSentences, EndWhereTheAnnexSays) {
  std::istringstream lines(read_file(fixture_path("sentence_breaks/lines.txt")));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const List wanted = expected(line);
    std::string text;
    for (const std::string& sentence : wanted) text += sentence;
    EXPECT_EQ(sentences(text, GetParam()), wanted) << line;
    ++count;
  }
  EXPECT_EQ(count, 502u);
}

INSTANTIATE_TEST_SUITE_P(All, UnicodeSentences, testing::Values(SentenceRules::standard, SentenceRules::tailored));

TEST(Sentences, OfEnglishEndBehindTheirMarks) {
  EXPECT_EQ(sentences("It rained. We stayed in. \"Why?\" she asked. (He knew.) 3.5 miles... and more! Ok"),
            (List{"It rained. ", "We stayed in. ", "\"Why?\" ", "she asked. ", "(He knew.) ", "3.5 miles... and more! ",
                  "Ok"}));
}

TEST(Sentences, GoOnBehindAbbreviations) {
  EXPECT_EQ(sentences("Dr. Smith met Mrs. J. Brown, e.g. Anna, in No. 5. It was late."),
            (List{"Dr. Smith met Mrs. J. Brown, e.g. Anna, in No. 5. ", "It was late."}));
  EXPECT_EQ(sentences("So do I. Really? No. Never, etc. They left."),
            (List{"So do I. ", "Really? ", "No. ", "Never, etc. ", "They left."}));
  EXPECT_EQ(sentences("Am 3. Oktober kam z. B. Prof. Müller, d.h. Anna, bzw. Otto. Vgl. S. 12. Es war 1990. Juni kam."),
            (List{"Am 3. Oktober kam z. B. Prof. Müller, d.h. Anna, bzw. Otto. ", "Vgl. S. 12. ", "Es war 1990. ",
                  "Juni kam."}));
  EXPECT_EQ(sentences("Dr. Smith came.", SentenceRules::standard), (List{"Dr. ", "Smith came."}));
}

TEST(Sentences, OfPersianEndBehindItsMarks) {
  EXPECT_EQ(sentences("کجا رفتی؟ خانه بودم۔ باران بود؛ ماندم. تمام"),
            (List{"کجا رفتی؟ ", "خانه بودم۔ ", "باران بود؛ ", "ماندم. ", "تمام"}));
}

TEST(Sentences, EndWithTheirParagraph) {
  EXPECT_EQ(sentences("no end\r\nnext. \nlast"), (List{"no end\r\n", "next. \n", "last"}));
  EXPECT_EQ(sentences(""), List{});
}

TEST(Sentences, TakeATimeLinearInTheText) {
  for (const std::string_view part : {". ", "1. ", "a.", "Dr. ", ".)", "; ", ".\xCC\x88"}) {
    std::string text;
    while (text.size() < 2'000'000) text += part;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin < text.size(); ++count) begin = sentence_end(text, begin);
    EXPECT_GT(count, 0u);
  }
}

}  // namespace
}  // namespace mana::text
