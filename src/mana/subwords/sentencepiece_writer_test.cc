#include "mana/subwords/sentencepiece_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/subwords/sentencepiece_bpe.h"
#include "mana/subwords/unigram_trainer.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::subwords {
namespace {

namespace fs = std::filesystem;
using Model = TrainedSentencePieces;

const std::vector<std::string> kSpecial = {"<pad>", "<unk>", "<s>", "</s>", "<mask>"};

Model trained(Model::Type type, bool byte_fallback, const SentenceForm& form, const std::string& character_map) {
  Model model{.type = type, .byte_fallback = byte_fallback, .form = form, .character_map = character_map};
  const WordCutter cutter = sentence_cutter(
      {.form = form, .character_map = model.character_map, .special = special_texts(kSpecial, byte_fallback)});
  WordTally tally;
  std::ifstream file(fixture_path("subwords/sentences.txt"));
  for (std::string line; std::getline(file, line);) cutter(line, tally);
  const CountedWords counted{std::span(&tally, 1)};
  const SentenceWords words = sentence_words(std::vector<CountedWord>(counted.begin(), counted.end()), 0.99);
  const std::size_t special = special_texts(kSpecial, byte_fallback).size();
  Team team(2);
  model.pieces = with_special(kSpecial, byte_fallback,
                              type == Model::Type::unigram
                                  ? train_unigram(words, {.pieces = special + 90, .special = special}, team)
                                  : train_sentencepiece_bpe(words, {.pieces = special + 90, .special = special}));
  return model;
}

TEST(SentencePieceWriter, WhatIsWrittenIsRead) {
  const SentenceForm form;
  const std::string map = form.compiled();
  for (const Model::Type type : {Model::Type::unigram, Model::Type::byte_pairs}) {
    for (const bool byte_fallback : {false, true}) {
      const Model model = trained(type, byte_fallback, form, map);
      const text::SentencePieceModel read = text::read_sentencepiece_model(write_sentencepiece_model(model), "it");
      EXPECT_EQ(read.type, type);
      EXPECT_EQ(read.byte_fallback, byte_fallback);
      EXPECT_EQ(read.unknown, 1);
      EXPECT_TRUE(read.add_dummy_prefix && read.remove_extra_whitespaces && read.escape_whitespaces);
      ASSERT_EQ(read.pieces.size(), model.pieces.size());
      for (std::size_t id = 0; id < read.pieces.size(); ++id) {
        EXPECT_EQ(read.pieces[id].text, model.pieces[id].text);
        EXPECT_EQ(read.pieces[id].score, model.pieces[id].score);
        EXPECT_EQ(read.pieces[id].kind, model.pieces[id].kind);
      }
    }
  }
  EXPECT_THROW(with_special({"<s>"}, false, {}), ArgumentError);
}

// The `.model` and the `tokenizer.json` are one tokenizer.
TEST(SentencePieceWriter, BothFilesGiveTheSameTokens) {
  const SentenceForm form{.persian = true, .zero_width_non_joiner = ZeroWidthNonJoiner::removed};
  const std::string map = form.compiled();
  for (const Model::Type type : {Model::Type::unigram, Model::Type::byte_pairs}) {
    for (const bool byte_fallback : {false, true}) {
      const Model model = trained(type, byte_fallback, form, map);
      const TemporaryFolder one, other;
      std::ofstream(one / "tokenizer.model", std::ios::binary) << write_sentencepiece_model(model);
      std::ofstream(other / "tokenizer.json", std::ios::binary) << write_sentencepiece_json(model);
      const text::Tokenizer a = text::Tokenizer::load(one.path()), b = text::Tokenizer::load(other.path());
      std::ifstream file(fixture_path("subwords/sentences.txt"));
      std::stringstream text;
      text << file.rdbuf() << "\n  two   spaces \nكتاب‌ها ٤ ☃ 漢字\n";
      for (std::string line; std::getline(text, line);) {
        EXPECT_EQ(a.encode(line, {.special_tokens = false}).ids, b.encode(line, {.special_tokens = false}).ids) << line;
      }
    }
  }
}

}  // namespace
}  // namespace mana::subwords
