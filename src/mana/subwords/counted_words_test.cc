#include "mana/subwords/counted_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::subwords {
namespace {

/// What stands between spaces and line ends.
WordCutter at_spaces() {
  return [](std::string_view line, WordTally& words) {
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.find_first_of(" \n", begin), line.size());
      if (end > begin) words.add(line.substr(begin, end - begin));
      begin = end + 1;
    }
  };
}

std::filesystem::path write(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  std::ofstream(folder.path() / name, std::ios::binary) << bytes;
  return folder.path() / name;
}

std::vector<std::pair<std::string, std::uint64_t>> pairs(const CountedWords& words) {
  std::vector<std::pair<std::string, std::uint64_t>> all;
  for (const CountedWord& word : words) all.emplace_back(word.text, word.count);
  return all;
}

TEST(CountedWords, ThreadsCountAsOneDoes) {
  const TemporaryFolder folder;
  std::mt19937 random(7);
  std::map<std::string, std::uint64_t> expected;
  std::string text;
  for (int i = 0; i < 400'000; ++i) {
    std::string word(1 + random() % 12, 'a');
    for (char& letter : word) letter = static_cast<char>('a' + random() % 3);
    ++expected[word];
    text += word + (random() % 9 == 0 ? "\n" : " ");
  }
  const std::vector<std::filesystem::path> files = {write(folder, "a.txt", text.substr(0, text.rfind(' ', 1'000'000))),
                                                    write(folder, "b.txt", text.substr(text.rfind(' ', 1'000'000)))};
  std::vector<std::pair<std::string, std::uint64_t>> one;
  for (const unsigned threads : {1U, 2U, 5U}) {
    Team team(threads);
    TextBlocks blocks(files);
    std::uint64_t read = 0;
    const CountedWords words = count_words(blocks, at_spaces, team, [&](std::uint64_t bytes) { read = bytes; });
    EXPECT_GE(read, text.size() - 1);
    EXPECT_EQ(words.total(), 400'000U);
    if (threads == 1) {
      one = pairs(words);
      EXPECT_EQ((std::map<std::string, std::uint64_t>(one.begin(), one.end())), expected);
      EXPECT_TRUE(std::ranges::is_sorted(one, [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
      }));
    }
    EXPECT_EQ(pairs(words), one) << threads;
  }
}

TEST(CountedWords, WordsMayBeAnyBytes) {
  WordTally tally;
  tally.add(std::string_view("\0", 1));
  tally.add(std::string_view("\0\0", 2));
  tally.add("");
  tally.add("12345678");
  tally.add("123456789", 5);
  tally.add(std::string_view("\0", 1));
  const CountedWords words(std::span(&tally, 1));
  EXPECT_EQ(pairs(words),
            (std::vector<std::pair<std::string, std::uint64_t>>{
                {"123456789", 5}, {std::string("\0", 1), 2}, {"", 1}, {std::string("\0\0", 2), 1}, {"12345678", 1}}));
}

TEST(TextBlocks, LinesKeepTheirEndsAndAreRepaired) {
  const TemporaryFolder folder;
  const std::vector<std::filesystem::path> files = {write(folder, "a.txt", "one\r\ntwo\n\nlast"),
                                                    write(folder, "b.txt", "fine\nbroken \xff\xfe!\n")};
  TextBlocks blocks(files);
  std::vector<std::string> lines;
  for (TextBlock block; blocks.next(block);) {
    for (std::size_t i = 0; i < block.size(); ++i) lines.emplace_back(block[i]);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"one\r\n", "two\n", "\n", "last", "fine\n", "broken \uFFFD\uFFFD!\n"}));
  ASSERT_EQ(blocks.notes().size(), 2U);
  EXPECT_EQ(blocks.notes()[0].broken.count, 0U);
  EXPECT_EQ(blocks.notes()[1].broken.count, 1U);
  EXPECT_EQ(blocks.notes()[1].broken.first, 2U);
  EXPECT_EQ(blocks.lines(), 6U);
}

TEST(TextBlocks, ALongLineIsCutBetweenWordsOrCharacters) {
  const TemporaryFolder folder;
  std::string words, letters;
  while (words.size() < 3'000'000) words += "some words  ";
  while (letters.size() < 3'000'000) letters += "\u00e9";
  const std::vector<std::filesystem::path> files = {write(folder, "a.txt", words), write(folder, "b.txt", letters)};
  TextBlocks blocks(files);
  std::string all;
  for (TextBlock block; blocks.next(block);) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      EXPECT_LE(block[i].size(), TextBlocks::kBlock);
      if (!all.empty() && all.size() < words.size()) {
        EXPECT_NE(all.back(), ' ');
        EXPECT_EQ(block[i].front(), ' ');
      }
      all += block[i];
    }
  }
  EXPECT_EQ(all, words + letters);
  EXPECT_EQ(blocks.notes()[1].broken.count, 0U);
}

TEST(TextBlocks, TextsOfRowsAreLinesAndAMissingFileIsNamed) {
  const TemporaryFolder folder;
  const std::vector<std::filesystem::path> files = {
      write(folder, "a.jsonl", "{\"text\": \"one\\ntwo\"}\n{\"text\": \"three\"}\n"), folder.path() / "missing.txt"};
  TextBlocks blocks(files);
  TextBlock block;
  ASSERT_TRUE(blocks.next(block));
  ASSERT_EQ(block.size(), 2U);
  EXPECT_EQ(block[0], "one\ntwo");
  EXPECT_THROW(blocks.next(block), IoError);
}

}  // namespace
}  // namespace mana::subwords
