#include "mana/jobs/translate_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/test_translator.h"

namespace mana::jobs {
namespace {

using testing::HasSubstr;

class TranslateFile : public testing::Test {
 protected:
  /// So many texts, which are translated in more than one window where they are more than 4096.
  static data::TextSource texts(std::size_t count) {
    return [count, next = std::size_t{0}](std::string& text) mutable {
      if (next == count) return false;
      text = "t" + std::to_string(1 + next % 50) + " t" + std::to_string(1 + next % 49);
      ++next;
      return true;
    };
  }
  generate::Translator translator() const { return generate::Translator(folder.path(), {.threads = 1}); }

  TestTranslatorFolder folder;
};

TEST_F(TranslateFile, GoesOnWhereItWasStoppedAndComesToTheSameBytes) {
  constexpr std::size_t kTexts = 4500;
  generate::Translator translate = translator();
  TranslateFileOptions options{.output = folder / "whole.jsonl",
                               .rows = {.format = TranslationFormat::jsonl, .include_text = true},
                               .search = translate.defaults()};
  options.search.max_length = 4;
  options.search.sampling.emplace();
  EXPECT_EQ(translate_file(translate, texts(kTexts), options).texts, kTexts);

  options.output = folder / "parts.jsonl";
  std::stop_source stop;
  TranslateFileEvents events;
  std::uint64_t kept = 0;
  events.translated = [&](std::size_t) { stop.request_stop(); };
  events.kept = [&](const KeptRows& rows) { kept = rows.rows; };
  EXPECT_THROW(translate_file(translate, texts(kTexts), options, events, stop.get_token()), Cancelled);
  EXPECT_FALSE(file_exists(options.output));
  ASSERT_GT(kept, 0);
  ASSERT_LT(kept, kTexts);

  options.resume = true;
  options.search.sampling->seed = 2;
  EXPECT_THROW(translate_file(translate, texts(kTexts), options), ArgumentError);  // another job
  options.search.sampling->seed = 1;
  EXPECT_EQ(translate_file(translate, texts(kTexts), options).texts, kTexts - kept);
  EXPECT_EQ(read_file(options.output), read_file(folder / "whole.jsonl"));
}

TEST_F(TranslateFile, IsKeptWindowByWindowWhichGrowAsTextsAreQuick) {
  generate::Translator translate = translator();
  TranslateFileOptions options{.output = folder / "found.txt", .search = translate.defaults()};
  options.search.max_length = 2;
  TranslateFileEvents events;
  std::vector<std::size_t> windows;
  events.translated = [&](std::size_t texts) { windows.push_back(texts); };
  translate_file(translate, texts(2000), options, events);
  EXPECT_THAT(windows, testing::ElementsAre(512, 1024, 464));

  // What is interrupted has what was handed on before, and nothing of the window in which it was.
  std::stop_source stop;
  std::uint64_t kept = 0;
  events.translated = [&](std::size_t texts) {
    if (texts == 1024) stop.request_stop();
  };
  events.kept = [&](const KeptRows& rows) { kept = rows.rows; };
  options.output = folder / "parts.txt";
  EXPECT_THROW(translate_file(translate, texts(2000), options, events, stop.get_token()), Cancelled);
  EXPECT_EQ(kept, 1536);
  windows.clear();
  events.translated = [&](std::size_t texts) { windows.push_back(texts); };
  options.resume = true;
  translate_file(translate, texts(2000), options, events);
  EXPECT_THAT(windows, testing::ElementsAre(464));
  EXPECT_EQ(read_file(options.output), read_file(folder / "found.txt"));
}

TEST_F(TranslateFile, SaysWhatItKnowsOfEachText) {
  generate::Translator translate = translator();
  const auto lines = [&](TranslateFileOptions options) {
    std::string all;
    options.search.max_length = 5;
    translate_texts(translate, texts(2), options, [&](std::string_view some) { all += some; });
    return all;
  };
  TranslateFileOptions options{.search = translate.defaults()};
  const std::string text = lines(options);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  options.rows = {.format = TranslationFormat::tsv};
  options.search.beam = options.search.hypotheses = 3;
  const std::string table = lines(options);
  EXPECT_EQ(std::ranges::count(table, '\n'), 6);
  EXPECT_EQ(std::ranges::count(table, '\t'), 18);
  options.rows = {.format = TranslationFormat::jsonl, .explain = true};
  options.search.alignment = true;
  const std::string json = lines(options);
  EXPECT_THAT(json, HasSubstr(R"("pieces": ["t1", "t1", "</s>"], "truncated": false})"));
  EXPECT_THAT(json, HasSubstr(R"("ending": ")"));
  EXPECT_THAT(json, HasSubstr(R"("log_probabilities": [)"));
  EXPECT_THAT(json, HasSubstr(R"("alignment": [)"));
  EXPECT_THAT(json, HasSubstr(R"("attention": [[)"));
}

TEST_F(TranslateFile, PrefixesBelongToTheTextsThatAreGoneOnWith) {
  constexpr std::size_t kTexts = 4200;
  const auto prefixes = [](std::size_t other) -> data::TextSource {
    return [other, next = std::size_t{0}](std::string& prefix) mutable {
      prefix = next++ % 3 == 0 ? "" : next == other ? "t9" : "t7 t23";
      return true;
    };
  };
  generate::Translator translate = translator();
  TranslateFileOptions options{
      .output = folder / "whole.tsv", .rows = {.format = TranslationFormat::tsv}, .search = translate.defaults()};
  options.search.beam = 1;
  options.search.max_length = 5;
  translate_file(translate, texts(kTexts), options, {}, {}, prefixes(0));
  const std::string whole(read_file(options.output));
  EXPECT_THAT(whole, HasSubstr("\tt7 t23"));

  options.output = folder / "parts.tsv";
  std::stop_source stop;
  TranslateFileEvents events;
  events.translated = [&](std::size_t) { stop.request_stop(); };
  EXPECT_THROW(translate_file(translate, texts(kTexts), options, events, stop.get_token(), prefixes(0)), Cancelled);
  options.resume = true;
  EXPECT_THROW(translate_file(translate, texts(kTexts), options), ArgumentError);
  EXPECT_THROW(translate_file(translate, texts(kTexts), options, {}, {}, prefixes(20)), ArgumentError);
  translate_file(translate, texts(kTexts), options, {}, {}, prefixes(0));
  EXPECT_EQ(read_file(options.output), whole);
}

TEST_F(TranslateFile, AVocabularyThatIsNotTheWeightsIsRefused) {
  std::string tokenizer(read_file(folder / "tokenizer.json"));
  const std::string last = "\"<pad>\": 60";
  tokenizer.replace(tokenizer.find(last), last.size(), last + ", \"t61\": 61");
  std::ofstream(folder / "tokenizer.json") << tokenizer;
  EXPECT_THAT([&] { translator(); }, testing::ThrowsMessage<FormatError>(HasSubstr("has vectors for 61")));
}

TEST_F(TranslateFile, ABlankTextHasAnEmptyTranslation) {
  generate::Translator translate = translator();
  const std::vector<std::string> blank = {"", "  ", "t5"};
  const auto found = translate.translate(blank, translate.defaults());
  EXPECT_TRUE(found[0].best.front().text.empty());
  EXPECT_TRUE(found[1].best.front().text.empty());
  EXPECT_EQ(found[2].source.size(), 2);
}

TEST_F(TranslateFile, WhatIsCutIsSaid) {
  generate::Translator translate = translator();
  std::string text = "t1";
  for (int i = 0; i < 80; ++i) text += " t2";
  const std::vector<std::string> texts = {text};
  const auto found = translate.translate(texts, translate.defaults());
  EXPECT_TRUE(found[0].truncated);
  EXPECT_EQ(found[0].source_tokens, 82);
  EXPECT_EQ(found[0].source.size(), 64);
  EXPECT_EQ(found[0].source.back(), 0);
}

TEST(TranslateFileOptions, RefusesWhatDoesNotGoTogether) {
  const auto message = [](const TranslateFileOptions& options) -> std::string {
    try {
      check(options);
    } catch (const OptionError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({.rows = {.format = TranslationFormat::tsv}, .search = {.beam = 2, .hypotheses = 2}}), "");
  EXPECT_THAT(message({.search = {.beam = 2, .hypotheses = 2}}), HasSubstr("`n_best` is 2"));
  EXPECT_THAT(message({.rows = {.include_text = true}}), HasSubstr("`include_text`"));
  EXPECT_THAT(message({.rows = {.format = TranslationFormat::tsv, .explain = true}}), HasSubstr("`explain`"));
}

}  // namespace
}  // namespace mana::jobs
