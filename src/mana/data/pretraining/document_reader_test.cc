#include "mana/data/pretraining/document_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

using Documents = std::vector<std::string>;

class DocumentReading : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, std::string_view content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }
  static Documents read(const Corpus& corpus) {
    Documents documents;
    for (const CorpusFile& file : corpus_files(corpus)) {
      DocumentReader reader(file, corpus.format);
      for (DocumentPart part; reader.next(part);) {
        EXPECT_LE(part.text.size(), DocumentReader::kPart);
        EXPECT_FALSE(part.text.empty());
        if (part.begins) documents.emplace_back();
        documents.back() += part.text;
      }
    }
    return documents;
  }
  Documents read(std::string_view content) { return read({.inputs = {file("text", content)}}); }

  TemporaryFolder folder_;
};

TEST_F(DocumentReading, AnEmptyLineEndsADocument) {
  const Documents two = {"One. Two.\nThree.\n", "Four.\n"};
  EXPECT_EQ(read("One. Two.\nThree.\n\nFour.\n"), two);
  EXPECT_EQ(read("\n \nOne. Two.\nThree.\n \t\n\n\nFour.\n\n\n"), two);
  EXPECT_EQ(read("One.\r\n\r\nTwo."), (Documents{"One.\r\n", "Two."}));
  EXPECT_EQ(read(""), Documents{});
  EXPECT_EQ(read("\n\n"), Documents{});
}

TEST_F(DocumentReading, PackedTextsAreTheSame) {
  const std::string text = "One.\n\nTwo.\n";
  EXPECT_EQ(read(gzip_packed(text)), read(text));
  EXPECT_EQ(read(zstd_packed(text)), read(text));
}

TEST_F(DocumentReading, AFileOfAFolderIsADocumentUnlessSaidOtherwise) {
  file("books/b.txt", "B1.\n\nB2.\n");
  file("books/a/c.txt", "A.\n");
  file("books/.hidden", "no\n");
  Corpus corpus{.inputs = {folder_ / "books"}};
  EXPECT_EQ(read(corpus), (Documents{"A.\n", "B1.\n\nB2.\n"}));
  corpus.document_a_file = false;
  EXPECT_EQ(read(corpus), (Documents{"A.\n", "B1.\n", "B2.\n"}));
  EXPECT_EQ(read({.inputs = {folder_ / "books/b.txt"}, .document_a_file = true}), (Documents{"B1.\n\nB2.\n"}));
}

TEST_F(DocumentReading, ARowOfJsonIsADocument) {
  const auto rows = file("rows.jsonl", "{\"body\":\"One.\\n\\nTwo.\"}\n{\"body\":\"\"}\n{\"body\":\"Three.\"}\n");
  EXPECT_EQ(read({.inputs = {rows}, .format = {.field = "body"}}), (Documents{"One.\n\nTwo.", "Three."}));
}

TEST_F(DocumentReading, OneLineOfAnyLengthComesInPartsThatEndWithSentences) {
  std::string text;
  for (int i = 0; text.size() < 5'000'000; ++i) text += "Sentence " + std::to_string(i) + " is here. ";
  const auto path = file("long", text);
  DocumentReader reader(corpus_files({.inputs = {path}}).front(), {});
  std::string all;
  std::size_t parts = 0;
  for (DocumentPart part; reader.next(part); ++parts) {
    EXPECT_EQ(part.begins, parts == 0);
    EXPECT_LE(part.text.size(), DocumentReader::kPart);
    EXPECT_TRUE(part.text.ends_with("is here. "));
    all += part.text;
  }
  EXPECT_EQ(all, text);
  EXPECT_EQ(parts, 5u);
}

TEST_F(DocumentReading, WithoutSentencesAPartEndsBehindASpaceOrACharacter) {
  std::string words, letters;
  while (words.size() < 2'500'000) words += "wörter ";
  while (letters.size() < 2'500'000) letters += "é";
  for (const std::string& text : {words, letters}) {
    const auto path = file("long", text);
    DocumentReader reader(corpus_files({.inputs = {path}}).front(), {});
    std::string all;
    std::size_t parts = 0;
    for (DocumentPart part; reader.next(part); ++parts) {
      EXPECT_TRUE(part.text.ends_with(' ') || part.text.ends_with("é"));
      all += part.text;
    }
    EXPECT_EQ(all, text);
    EXPECT_EQ(parts, 3u);
  }
}

TEST_F(DocumentReading, BrokenBytesHinderNothing) {
  std::string text;
  while (text.size() < 2'500'000) text += "\xC3 ab\xFF. ";
  EXPECT_EQ(read(text), Documents{text});
}

TEST_F(DocumentReading, BrokenLinesAreCountedOnce) {
  std::string long_line;
  while (long_line.size() < 2'500'000) long_line += "ab\xFF. ";
  const auto path = file("text", "One.\n\nTwo\xE9.\n" + long_line + "\nThree.\n\n\xFF\n\nFour\xC3");
  for (const bool one_document : {false, true}) {
    DocumentReader reader({path, one_document}, {});
    for (DocumentPart part; reader.next(part);) continue;
    const ReadingNotes notes = reader.notes();
    EXPECT_EQ(notes.name, path.string());
    EXPECT_EQ(notes.broken.count, 4u);
    EXPECT_EQ(notes.broken.first, 3u);
  }
}

TEST_F(DocumentReading, WhatCannotBeReadTwiceIsRefused) {
  EXPECT_THROW(corpus_files({.inputs = {"-"}}), ArgumentError);
  EXPECT_THROW(corpus_files({.inputs = {"/dev/null"}}), ArgumentError);
  EXPECT_THROW(corpus_files({.inputs = {folder_ / "none"}}), IoError);
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_THROW(corpus_files({.inputs = {folder_ / "empty"}}), ArgumentError);
}

}  // namespace
}  // namespace mana::data
