#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/eval/bleu.h"
#include "mana/eval/chrf.h"
#include "mana/eval/ngrams.h"
#include "mana/eval/segment.h"
#include "mana/text/utf8.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

json::Document fixture() { return json::Document::read(fixture_path("eval/bleu.json")); }

std::vector<std::string> strings(const json::Value& list) {
  std::vector<std::string> values;
  for (const json::Value& each : list.array()) values.emplace_back(each.string());
  return values;
}

std::string utf8(std::u32string_view word) {
  std::string text;
  for (const char32_t c : word) {
    char bytes[4];
    text.append(bytes, text::encode(c, bytes));
  }
  return text;
}

std::vector<std::string> words(std::string_view text, SegmentTokenizer tokenizer) {
  const std::u32string line = tokenized(characters_of(text, false), tokenizer);
  std::vector<std::string> words;
  for (const std::u32string_view word : words_of(line)) words.push_back(utf8(word));
  return words;
}

constexpr SegmentTokenizer kTokenizers[] = {SegmentTokenizer::mteval13a, SegmentTokenizer::international,
                                            SegmentTokenizer::none};

TEST(Segment, IsCutAsBySacrebleu) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("words").array()) {
    for (const SegmentTokenizer tokenizer : kTokenizers) {
      EXPECT_EQ(words(each.at("text").string(), tokenizer), strings(each.at(name_of(tokenizer))))
          << each.at("text").string() << " " << name_of(tokenizer);
      ++cases;
    }
  }
  EXPECT_EQ(cases, 72);
}

TEST(Segment, BytesThatAreNoTextAreOneCharacterEach) {
  EXPECT_EQ(characters_of("a\xFFz", false), U"a\uFFFDz");
  EXPECT_EQ(characters_of("A\xE2\x82Z", true), U"a\uFFFDz");
  EXPECT_THAT(words("a\xFF. b", SegmentTokenizer::mteval13a), ElementsAre("a\uFFFD", ".", "b"));
}

TEST(Ngrams, AreMultisets) {
  const std::vector<Symbols> texts = {{7, 8, 7, 8, 7}, {8, 7, 8}, {}};
  const auto ngrams = ngrams_of(texts, 4);
  EXPECT_EQ(common(ngrams[0][0], ngrams[1][0]), 3U);
  EXPECT_EQ(common(ngrams[0][1], ngrams[1][1]), 2U);
  EXPECT_EQ(common(ngrams[0][2], ngrams[1][2]), 1U);
  EXPECT_EQ(ngrams[0][3].size(), 2U);
  EXPECT_TRUE(ngrams[1][3].empty());
  EXPECT_TRUE(ngrams[2][0].empty());
  EXPECT_EQ(united(ngrams[0][0], ngrams[1][0]).size(), 5U);
  EXPECT_EQ(united(ngrams[1][1], ngrams[0][1]).size(), 4U);
}

struct Corpus {
  explicit Corpus(const json::Value& value)
      : hypotheses(strings(value.at("hypotheses"))), references(hypotheses.size()) {
    for (const json::Value& list : value.at("references").array()) {
      const std::vector<std::string> column = strings(list);
      for (std::size_t i = 0; i < column.size(); ++i) references[i].push_back(column[i]);
    }
  }

  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;  // of each hypothesis
};

BleuOptions bleu_options(const json::Value& value) {
  BleuOptions options;
  if (const auto name = value.find("tokenize")) {
    for (const SegmentTokenizer each : kTokenizers) {
      if (name->string() == name_of(each)) options.tokenizer = each;
    }
  }
  if (const auto name = value.find("smooth_method")) {
    options.smoothing = name->string() == "floor"   ? BleuSmoothing::floor
                        : name->string() == "add-k" ? BleuSmoothing::add_k
                                                    : BleuSmoothing::none;
  }
  if (const auto number = value.find("smooth_value")) options.smoothing_value = number->number();
  if (const auto yes = value.find("lowercase")) options.lowercase = yes->boolean();
  if (const auto yes = value.find("effective_order")) options.effective_order = yes->boolean();
  return options;
}

TEST(Bleu, IsThatOfSacrebleu) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& corpus : document.root().at("corpora").array()) {
    const Corpus texts(corpus);
    for (const json::Value& expected : corpus.at("bleu").array()) {
      const BleuOptions options = bleu_options(expected.at("options"));
      const std::string signature = bleu_signature(options, texts.references[0].size(), "mana-1");
      SCOPED_TRACE(std::string(corpus.at("name").string()) + " " + signature);
      EXPECT_EQ(signature, std::string(expected.at("signature").string()) + "|version:mana-1");

      BleuStatistics sum;
      const std::vector<json::Value> sentences = expected.at("sentences").array();
      for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
        const BleuStatistics each = bleu_statistics(texts.hypotheses[i], texts.references[i], options);
        EXPECT_DOUBLE_EQ(bleu(each, options).score, sentences[i].number()) << i;
        sum += each;
      }
      const BleuScore score = bleu(sum, options);
      EXPECT_DOUBLE_EQ(score.score, expected.at("score").number());
      EXPECT_DOUBLE_EQ(score.brevity_penalty, expected.at("bp").number());
      EXPECT_DOUBLE_EQ(score.length_ratio, expected.at("ratio").number());
      for (std::size_t n = 0; n < BleuStatistics::kOrders; ++n) {
        EXPECT_DOUBLE_EQ(score.precisions[n], expected.at("precisions").array()[n].number()) << n;
      }
      EXPECT_EQ(fmt::format("{:.2f} {}", score.score, bleu_details(score, sum)), expected.at("text").string());
      ++cases;
    }
  }
  EXPECT_EQ(cases, 130);
}

TEST(Bleu, OfManyTextsIsThatOfTheirSum) {
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "a dog ran home"};
  const std::vector<std::string> references = {"the cat sat on a mat", "the dog ran home"};
  BleuStatistics sum = bleu_statistics(hypotheses[1], std::span(references).subspan(1, 1));
  sum += bleu_statistics(hypotheses[0], std::span(references).subspan(0, 1));
  EXPECT_EQ(corpus_bleu(hypotheses, references).score, bleu(sum).score);
  EXPECT_DOUBLE_EQ(corpus_bleu(references, references).score, 100);
  EXPECT_EQ(bleu({}).score, 0);
  EXPECT_THAT([&] { corpus_bleu(hypotheses, std::span(references).subspan(1)); },
              ThrowsMessage<ArgumentError>(HasSubstr("2 hypotheses cannot be compared with 1 references")));
  EXPECT_THROW(bleu_statistics("a", {}), ArgumentError);
}

TEST(Chrf, IsThatOfSacrebleu) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& corpus : document.root().at("corpora").array()) {
    const Corpus texts(corpus);
    for (const json::Value& expected : corpus.at("chrf").array()) {
      ChrfOptions options;
      if (const auto number = expected.at("options").find("word_order")) {
        options.word_order = static_cast<std::size_t>(number->integer(0, 9));
      }
      if (const auto yes = expected.at("options").find("lowercase")) options.lowercase = yes->boolean();
      const std::string signature = chrf_signature(options, texts.references[0].size(), "mana-1");
      SCOPED_TRACE(std::string(corpus.at("name").string()) + " " + signature);
      EXPECT_EQ(signature, std::string(expected.at("signature").string()) + "|version:mana-1");
      EXPECT_EQ(chrf_name(options), expected.at("name").string());

      ChrfStatistics sum;
      const std::vector<json::Value> sentences = expected.at("sentences").array();
      for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
        const ChrfStatistics each = chrf_statistics(texts.hypotheses[i], texts.references[i], options);
        EXPECT_DOUBLE_EQ(chrf(each), sentences[i].number()) << i;
        sum += each;
      }
      EXPECT_DOUBLE_EQ(chrf(sum), expected.at("score").number());
      ++cases;
    }
  }
  EXPECT_EQ(cases, 52);
}

TEST(Chrf, OfManyTextsIsThatOfTheirSum) {
  const std::vector<std::string> hypotheses = {"the cat", "a dog"};
  EXPECT_DOUBLE_EQ(corpus_chrf(hypotheses, hypotheses, {.word_order = 2}), 100);
  EXPECT_EQ(chrf({}), 0);
  EXPECT_THROW(corpus_chrf(hypotheses, {}), ArgumentError);
  EXPECT_THROW(chrf_statistics("a", {}), ArgumentError);
  ChrfStatistics sum = chrf_statistics("a", hypotheses);
  EXPECT_THAT([&] { sum += chrf_statistics("a", hypotheses, {.word_order = 1}); },
              ThrowsMessage<ArgumentError>(HasSubstr("chrF of 7 orders")));
}

TEST(Bleu, OfALongLineIsQuick) {
  std::string line;
  for (int i = 0; i < 300'000; ++i) line += i % 3 == 0 ? "a " : i % 7 == 0 ? ". " : "سلام ";
  const std::vector<std::string> references = {line};
  EXPECT_DOUBLE_EQ(bleu(bleu_statistics(line, references)).score, 100);
  EXPECT_DOUBLE_EQ(chrf(chrf_statistics(line, references)), 100);
}

}  // namespace
}  // namespace mana::eval
