#include "mana/formats/word_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/npy.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_array.h"
#include "mana/formats/word_index.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const fs::path kFixtures = fixture_path("word_vectors");

std::vector<float> vector_of(const WordVectors& vectors, std::size_t word) {
  std::vector<float> vector(vectors.dimensions);
  vectors.read_vector(word, vector);
  return vector;
}

std::vector<float> floats(const json::Value& list) {
  std::vector<float> values;
  for (const json::Value& value : list.array()) values.push_back(static_cast<float>(value.number()));
  return values;
}

void expect_near(const std::vector<float>& actual, const std::vector<float>& expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-6) << what;
}

void expect_same(const WordVectors& actual, const WordVectors& expected, bool counts) {
  ASSERT_EQ(actual.words, expected.words);
  ASSERT_EQ(actual.dimensions, expected.dimensions);
  EXPECT_EQ(actual.counts, counts ? expected.counts : std::vector<std::uint64_t>());
  for (std::size_t word = 0; word < actual.size(); ++word) {
    EXPECT_EQ(vector_of(actual, word), vector_of(expected, word)) << actual.words[word];
  }
}

void write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(WordFile, HasTheFastTextVectorsOfTheReferenceForKnownAndUnknownWords) {
  const auto document = json::Document::read(kFixtures / "expected.json");
  const json::Value expected = document.root().at("fasttext");
  const WordVectors vectors = open_word_file(kFixtures / "fasttext.bin");
  const auto words = expected.at("words").array();
  const auto counts = expected.at("counts").array();
  const auto values = expected.at("vectors").array();
  ASSERT_EQ(vectors.size(), words.size());
  ASSERT_TRUE(vectors.subwords);
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(vectors.words[i], words[i].string());
    EXPECT_EQ(vectors.counts[i], static_cast<std::uint64_t>(counts[i].integer()));
    expect_near(vector_of(vectors, i), floats(values[i]), std::string(vectors.words[i]));
  }
  for (const auto& [word, value] : expected.at("unknown").object()) {
    if (word == "</s>") continue;  // has no n-grams in fastText, but has in the reference
    std::vector<float> vector(vectors.dimensions);
    EXPECT_TRUE(vectors.compose(word, vector));
    expect_near(vector, floats(value), std::string(word));
  }
  std::vector<float> vector(vectors.dimensions, 1.0f);
  EXPECT_FALSE(vectors.compose("</s>", vector));
  EXPECT_THAT(vector, testing::Each(0.0f));
}

TEST(WordFile, ReadsTheSameFromTheReferencesTextAndBinaryForm) {
  EXPECT_EQ(word_format_of(kFixtures / "words.txt"), WordFormat::word2vec_text);
  EXPECT_EQ(word_format_of(kFixtures / "words.bin"), WordFormat::word2vec_binary);
  EXPECT_EQ(word_format_of(kFixtures / "fasttext.bin"), WordFormat::fasttext);
  const WordVectors binary = open_word_file(kFixtures / "words.bin");
  const WordVectors text = open_word_file(kFixtures / "words.txt");
  ASSERT_EQ(text.words, binary.words);
  for (std::size_t word = 0; word < text.size(); ++word) {
    expect_near(vector_of(text, word), vector_of(binary, word), std::string(text.words[word]));
  }
}

TEST(WordFile, ReadsWhatWasWrittenBitForBitInEveryForm) {
  const TemporaryFolder folder;
  const WordVectors vectors = open_word_file(kFixtures / "fasttext.bin");
  write_word2vec_text(folder / "words.vec", vectors);
  write_word2vec_binary(folder / "words.bin", vectors);
  write_word_array(folder / "words.npy", vectors);
  write_fasttext(folder / "fasttext.bin", vectors);
  expect_same(open_word_file(folder / "words.vec"), vectors, false);
  expect_same(open_word_file(folder / "words.bin"), vectors, false);
  expect_same(open_word_file(folder / "words.npy"), vectors, true);
  const WordVectors again = open_word_file(folder / "fasttext.bin");
  expect_same(again, vectors, true);
  std::vector<float> one(vectors.dimensions), other(vectors.dimensions);
  EXPECT_TRUE(vectors.compose("unheard", one));
  EXPECT_TRUE(again.compose("unheard", other));
  EXPECT_EQ(one, other);
}

TEST(WordFile, KeepsHowAFastTextModelWasTrained) {
  const TemporaryFolder folder;
  WordVectors vectors = open_word_file(kFixtures / "fasttext.bin");
  ASSERT_TRUE(vectors.training);
  EXPECT_EQ(vectors.training->output.size(), vectors.size() * vectors.dimensions * sizeof(float));
  write_fasttext(folder / "copy.bin", vectors);
  EXPECT_EQ(read_file(folder / "copy.bin"), read_file(kFixtures / "fasttext.bin"));

  vectors.training = {.window = 3,
                      .epochs = 7,
                      .minimum_count = 2,
                      .negatives = 11,
                      .loss = VectorTraining::Loss::hierarchical_softmax,
                      .model = VectorTraining::Model::cbow,
                      .sample = 0.5,
                      .tokens = 1234};
  write_fasttext(folder / "other.bin", vectors);
  const WordVectors other = open_word_file(folder / "other.bin");
  ASSERT_TRUE(other.training);
  EXPECT_EQ(std::tie(other.training->window, other.training->epochs, other.training->minimum_count,
                     other.training->negatives, other.training->sample, other.training->tokens),
            std::tuple(3, 7, 2, 11, 0.5, 1234u));
  EXPECT_EQ(other.training->loss, VectorTraining::Loss::hierarchical_softmax);
  EXPECT_EQ(other.training->model, VectorTraining::Model::cbow);
  EXPECT_TRUE(std::ranges::all_of(other.training->output, [](std::byte byte) { return byte == std::byte{0}; }));

  std::string classifier = read_file(kFixtures / "fasttext.bin");
  classifier[36] = 3;  // the model
  EXPECT_FALSE(parse_fasttext(std::as_bytes(std::span(classifier)), "f.bin", {}).training);
  const std::string cut = classifier.replace(36, 1, 1, '\1').substr(0, classifier.size() - 1);
  EXPECT_TRUE(parse_fasttext(std::as_bytes(std::span(cut)), "f.bin", {}).training->output.empty());
}

TEST(WordFile, ReadsArraysOfHalfPrecisionAndVocabulariesWithoutCounts) {
  const TemporaryFolder folder;
  std::string array = npy_header(2, 2, DType::f16);
  for (const float value : {0.5f, -1.0f, 2.0f, 0.25f}) {
    const std::uint16_t half = float_to_half(value);
    array.append(reinterpret_cast<const char*>(&half), sizeof half);
  }
  write(folder / "words.npy", array);
  write(folder / "words.vocab", "new york\r\nrome");
  const WordVectors vectors = open_word_file(folder / "words.npy");
  EXPECT_THAT(vectors.words, ElementsAre("new york", "rome"));
  EXPECT_TRUE(vectors.counts.empty());
  EXPECT_THAT(vector_of(vectors, 1), ElementsAre(2.0f, 0.25f));
  write(folder / "words.vocab", "rome\n");
  EXPECT_THAT([&] { open_word_file(folder / "words.npy"); },
              ThrowsMessage<FormatError>(AllOf(HasSubstr("2 rows"), HasSubstr("1 words"))));
}

WordVectors text(std::string_view bytes) { return parse_word2vec_text(std::as_bytes(std::span(bytes)), "v.txt", {}); }
WordVectors binary(std::string_view bytes) {
  return parse_word2vec_binary(std::as_bytes(std::span(bytes)), "v.bin", {});
}

TEST(WordFile, NamesTheLineOfAMistakeInText) {
  EXPECT_EQ(text("1 2\r\na 0.5 -1e-3 \r\n").words.size(), 1u);
  EXPECT_EQ(vector_of(text("1 1\na 1e-60"), 0)[0], 0.0f);
  EXPECT_EQ(vector_of(text("1 1\na -1e-400"), 0)[0], 0.0f);
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "v.txt:1: the first line"},
      {"two words\n", "v.txt:1: the first line"},
      {"1 2 3\na 1 2\n", "v.txt:1: more than two"},
      {"0 2\n", "v.txt:1: there must be"},
      {"9999999999999999999999 2\na 1 2\n", "v.txt:1: the first line"},
      {"18446744073709551615 18446744073709551615\na 1\n", "v.txt:1: 18446744073709551615 words"},
      {"4000000 3\na 1 2 3\n", "v.txt:1: 4000000 words"},
      {"2 2\na 1 2\nb 1\n", "v.txt:3: 1 numbers follow"},
      {"2 2\na 1 2\nb 1 x2\n", "v.txt:3: number 2 is not"},
      {"2 2\na 1 2\nb 1 nan\n", "v.txt:3: number 2 is not"},
      {"2 2\na 1 2\nb 1 1e99\n", "v.txt:3: number 2 is not"},
      {"2 2\na 1 2\nb 1 2x\n", "v.txt:3: number 2 is not a finite f32: 2x"},
      {"2 2\na 1 2\nb 1 2 3\n", "v.txt:3: more than 2 numbers"},
      {"2 2\na 1 2\n 1 2\n", "v.txt:3: there is no word"},
      {"2 2\na 1,5 2\nb 1 2\n", "v.txt:2: number 1 is not a finite f32: 1,5; a point is needed, not a comma"},
      {"1 2\na\fb 1 2\n", "v.txt:2: the word \"a\\x0cb\" has a control character"},
      {"3 2\nabcdefghi 1 2\n", "v.txt:3: the file ends after 1 of 3 words"},
      {"1 2\na 1 2\nb 1 2\nc 1 2\n", "v.txt:3: more follows"}};
  for (const auto& [bytes, message] : bad) {
    EXPECT_THAT([&] { text(bytes); }, ThrowsMessage<FormatError>(HasSubstr(message))) << bytes;
  }
}

TEST(WordFile, NamesTheByteOfAMistakeInTheBinaryForm) {
  const std::string row(8, '\x3F');
  EXPECT_THAT(binary("2 2\na " + row + "\nb " + row).words, ElementsAre("a", "b"));
  EXPECT_THAT(binary("2 2\na " + row + "b " + row + "\n").words, ElementsAre("a", "b"));
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"2 2\na " + row + row, "byte 14: word 2 of 2 breaks off"},
      {"2 2\na " + row + "\nb " + row.substr(1), "byte 15: word 2 of 2 has too few bytes"},
      {"2 2\n " + row + "\nb " + row, "byte 4: word 1 of 2 is empty"},
      {"1 2\na " + row + "\nb " + row + "\nc " + row, "byte 26: more follows"},
      {"2 2\na\tb " + row + "\nb " + row, "byte 4: word 1 of 2 has white space"},
      {"4 2\nabcdefghijkl " + row + "\nb " + row, "byte 36: word 3 of 4 breaks off"},
      {"5 2\na " + row + "\nb " + row.substr(4), "5 words of 2 dimensions cannot be"}};
  for (const auto& [bytes, message] : bad) {
    EXPECT_THAT([&] { binary(bytes); }, ThrowsMessage<FormatError>(HasSubstr(message))) << bytes;
  }
}

WordVectors any(std::string_view bytes) { return parse_word_file(std::as_bytes(std::span(bytes)), "v", {}); }
WordFormat format(std::string_view bytes) { return word_format_of(std::as_bytes(std::span(bytes)), "v"); }
std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TEST(WordFile, TellsTextFromBytesByTheWholeFirstRowAndWhatFits) {
  using enum WordFormat;
  EXPECT_EQ(format("1 3\na 1,5 2 3\n"), word2vec_text) << "twelve bytes follow, as three numbers would take";
  EXPECT_EQ(format("2 2\nnew york 1 2\nb 3 4\n"), word2vec_text);
  EXPECT_EQ(format("2 2\na -1.#IND 2\nb 1 2\n"), word2vec_text);
  EXPECT_EQ(format("\xEF\xBB\xBF"
                   "2 2\r\na 1 2\r\nb 1 2\r\n"),
            word2vec_text);
  EXPECT_EQ(format("1 2\n\x01 nan 2\n"), word2vec_text);
  EXPECT_EQ(format("2 2\na " + bytes_of({1, 2}) + "\nb " + bytes_of({0, 1e-3f}) + "\n"), word2vec_binary);
  EXPECT_EQ(format("1 2\na ????????"), word2vec_binary) << "which could be a text";
  EXPECT_EQ(format("2020 1 0\ncat 0.5 1\n"), glove);
  EXPECT_EQ(format("7 0.1\n8 0.5\n"), glove) << "of one dimension";
  for (const char* bytes : {"7 1\ncat 0.5\n", "chapter 1\nIt was the best of times\n", "a b c\nd e f\n", "{\"a\": 1}",
                            "\xFF\xFE"
                            "a"})
    EXPECT_THROW(format(bytes), FormatError) << bytes;
}

TEST(WordFile, NamesWhatElseAFileIs) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"PK\x03\x04glove.6B.50d.txt", "a zip archive"},
      {"BZh91AY", "bzip2"},
      {"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
      {"<!DOCTYPE html>\n", "a web page"},
      {"\x80\x02\x63gensim", "save_word2vec_format"},
      {"\xFF\xFE"
       "1",
       "UTF-16"}};
  for (const auto& [bytes, what] : kinds) {
    EXPECT_THAT([&] { format(bytes); }, ThrowsMessage<FormatError>(HasSubstr(what)));
  }
}

TEST(WordFile, ReadsGloveWithoutAFirstLine) {
  const WordVectors vectors = any("the 0.5 -1e-3\n400000 2.5 0.25\r\n. . . 1.0 2.0\nroute 66 0.5 0.5\nnan 1 2 \n\n");
  EXPECT_THAT(vectors.words, ElementsAre("the", "400000", ". . .", "route 66", "nan"));
  EXPECT_THAT(vector_of(vectors, 1), ElementsAre(2.5f, 0.25f));
  EXPECT_THAT(vector_of(vectors, 3), ElementsAre(0.5f, 0.5f));
  EXPECT_THAT(any("new york\t0.5\t1\nb\t2\t3\n").words, ElementsAre("new york", "b"));
  EXPECT_THAT([] { any("a 1 2\nb 1\nc 1 2\n"); }, ThrowsMessage<FormatError>(HasSubstr("v:2: 1 numbers follow")));
  EXPECT_THAT([] { any("a 1 2\nb 1 2 3\nc 1 2\n"); }, ThrowsMessage<FormatError>(HasSubstr("v:2: more than 2")));
  EXPECT_THAT([] { any("a 0,5 2\nb 1 2\n"); }, ThrowsMessage<FormatError>(HasSubstr("v:1: number 1 is not")));
}

TEST(WordFile, TakesAFirstLineThatIsWrongByOneAndSaysSo) {
  const auto one = bytes_of({1, 2});
  for (const std::string& file : {std::string("3 2\na 1 2\nb 3 4\n"), std::string("1 2\na 1 2\nb 3 4\n"),
                                  "3 2\na " + one + "\nb " + one + "\n", "1 2\na " + one + "\nb " + one + "\n"}) {
    const WordVectors vectors = any(file);
    EXPECT_THAT(vectors.words, ElementsAre("a", "b")) << file;
    EXPECT_THAT(vectors.notes, ElementsAre(HasSubstr("words, but 2 are there"))) << file;
  }
  EXPECT_TRUE(any("2 2\na 1 2\nb 3 4\n").notes.empty());
  EXPECT_THROW(any("4 2\nabcdefghi 1 2\nb 3 4\n"), FormatError);
}

TEST(WordFile, TakesTheFirstOfTheSameWordsAndSaysSo) {
  const WordVectors vectors = any("5 2\na 1 2\nb 3 4\na 5 6\nb 7 8\nc 9 0\n");
  EXPECT_THAT(vectors.words, ElementsAre("a", "b", "c"));
  EXPECT_THAT(vector_of(vectors, 0), ElementsAre(1, 2));
  EXPECT_THAT(vector_of(vectors, 2), ElementsAre(9, 0));
  EXPECT_THAT(vectors.notes, ElementsAre("v: 2 of its 5 words stood there before, \"a\" the first of them; the first "
                                         "vector of each counts"));
  const TemporaryFolder folder;
  write(folder / "w.npy", npy_header(3, 1) + bytes_of({1, 2, 3}));
  write(folder / "w.vocab", "\xEF\xBB\xBFx\t3\ny\t2\nx\t1\n");
  const WordVectors array = open_word_file(folder / "w.npy");
  EXPECT_THAT(array.words, ElementsAre("x", "y"));
  EXPECT_THAT(array.counts, ElementsAre(3, 2));
}

TEST(WordFile, RefusesNumbersThatAreNotFiniteWhereTheyAreUsed) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::string file =
      "3 2\na " + bytes_of({1, 2}) + "\nb " + bytes_of({1, -infinity}) + "\nc " + bytes_of({3, 4}) + "\n";
  const WordVectors vectors = any(file);
  EXPECT_THAT(vector_of(vectors, 2), ElementsAre(3, 4));
  EXPECT_THAT([&] { vector_of(vectors, 1); },
              ThrowsMessage<FormatError>("v: the vector of \"b\" is not of finite numbers: number 2 is -inf; make the "
                                         "vectors again"));
  const TemporaryFolder folder;
  EXPECT_THROW(write_word2vec_text(folder / "w", vectors), FormatError);
  EXPECT_THROW(write_word2vec_binary(folder / "w", vectors), FormatError);
  EXPECT_THROW(write_word_array(folder / "w.npy", vectors), FormatError);
  EXPECT_TRUE(fs::is_empty(folder.path()));
  std::string fasttext = read_file(kFixtures / "fasttext.bin");
  const WordVectors good = parse_fasttext(std::as_bytes(std::span(fasttext)), "f.bin", {});
  const auto at = good.subwords->bytes.data() - std::as_bytes(std::span(fasttext)).data();
  std::memcpy(fasttext.data() + at, &infinity, sizeof infinity);
  EXPECT_THROW(write_fasttext(folder / "w", parse_fasttext(std::as_bytes(std::span(fasttext)), "f.bin", {})),
               ArgumentError);
}

TEST(WordFile, RefusesAFastTextFileThatIsCutOffAnywhere) {
  const std::string whole = read_file(kFixtures / "fasttext.bin");
  const auto parse = [](std::string_view bytes) {
    return parse_fasttext(std::as_bytes(std::span(bytes)), "f.bin", {});
  };
  const WordVectors vectors = parse(whole);
  const auto end = static_cast<std::size_t>(vectors.subwords->bytes.data() + vectors.subwords->bytes.size() -
                                            reinterpret_cast<const std::byte*>(whole.data()));
  for (std::size_t size = 0; size < end; size += 7) {
    EXPECT_THAT([&] { parse(std::string_view(whole).substr(0, size)); },
                ThrowsMessage<FormatError>(HasSubstr("f.bin: byte ")))
        << size;
  }
}

TEST(WordFile, RefusesAFastTextFileWhoseFieldsLie) {
  const std::string whole = read_file(kFixtures / "fasttext.bin");
  const auto with = [&](std::size_t at, std::int32_t value) {
    std::string bytes = whole;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return bytes;
  };
  const std::vector<std::tuple<std::size_t, std::int32_t, std::string>> bad = {
      {0, 7, "no fastText model"},  {4, 11, "version is 11"},
      {8, 0, "no dimensions"},      {8, 7, "input matrix is"},
      {40, -1, "negative"},         {40, 1 << 30, "input matrix is"},
      {48, 1 << 30, "longer than"}, {64, std::numeric_limits<std::int32_t>::min(), "do not add up"},
      {68, -5, "do not add up"},    {84, 0, "is pruned"}};
  for (const auto& [at, value, message] : bad) {
    const std::string bytes = at == 84 ? std::string(whole).replace(84, 8, 8, '\0') : with(at, value);
    EXPECT_THAT([&] { parse_fasttext(std::as_bytes(std::span(bytes)), "f.bin", {}); },
                ThrowsMessage<FormatError>(HasSubstr(message)))
        << at;
  }
}

TEST(WordFile, RefusesWordsThatNoFileCanHold) {
  const TemporaryFolder folder;
  const std::vector<float> row = {1, 2};
  WordVectors vectors{.words = {"new york"}, .counts = {1}, .dimensions = 2, .bytes = std::as_bytes(std::span(row))};
  EXPECT_THROW(write_word2vec_text(folder / "w", vectors), ArgumentError);
  EXPECT_THROW(write_word2vec_binary(folder / "w", vectors), ArgumentError);
  EXPECT_THROW(write_fasttext(folder / "w", vectors), ArgumentError);
  EXPECT_THROW(write_word_array(folder / "w.npy", vectors), ArgumentError);
  vectors.words = {"rome"};
  vectors.counts.clear();
  EXPECT_THROW(write_fasttext(folder / "w", vectors), ArgumentError);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(WordFile, SaysWhatItReadsWhereAFileIsSomethingElse) {
  const TemporaryFolder folder;
  for (const char* bytes : {"", "hello world\n", "{}", "\x93NUMPX"}) {
    write(folder / "file", bytes);
    EXPECT_THAT([&] { open_word_file(folder / "file"); }, ThrowsMessage<FormatError>(HasSubstr("no word vectors")));
  }
  EXPECT_THROW(open_word_file(folder / "missing"), IoError);
}

TEST(WordIndex, GivesTheSameAndIsNotUsedForAnotherStateOfTheFile) {
  const std::string bytes = read_file(kFixtures / "words.bin");
  const auto file = std::as_bytes(std::span(bytes));
  const WordVectors vectors = parse_word2vec_binary(file, "words.bin", {});
  const FileState state{bytes.size(), 5};
  const std::vector<std::byte> index = make_word_index(vectors, state);
  const auto again = read_word_index(index, file, state, {});
  ASSERT_TRUE(again);
  expect_same(*again, vectors, false);
  EXPECT_FALSE(read_word_index(index, file, {bytes.size(), 6}, {}));
  EXPECT_FALSE(read_word_index(index, file.first(bytes.size() - 1), state, {}));
  for (std::size_t size = 0; size < index.size(); size += 8) {
    EXPECT_FALSE(read_word_index(std::span(index).first(size), file, state, {})) << size;
  }
}

TEST(WordIndex, KeepsWhatThereIsToNote) {
  const std::string bytes = "3 1\na ????\nb ????\n";
  const auto file = std::as_bytes(std::span(bytes));
  const WordVectors vectors = parse_word2vec_binary(file, "w.bin", {});
  ASSERT_EQ(vectors.notes.size(), 1u);
  const auto again = read_word_index(make_word_index(vectors, {bytes.size(), 5}), file, {bytes.size(), 5}, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->notes, vectors.notes);
}

TEST(WordIndex, StandsBesideALargeBinaryFileAndIsWrittenAnewWithIt) {
  const TemporaryFolder folder;
  const std::size_t dimensions = 1 << 20;
  const std::vector<float> values(5 * dimensions, 0.5f);
  WordVectors vectors{
      .words = {"a", "b", "c", "d", "e"}, .dimensions = dimensions, .bytes = std::as_bytes(std::span(values))};
  const fs::path path = folder / "words.bin";
  write_word2vec_binary(path, vectors);
  EXPECT_EQ(open_word_file(path).words, vectors.words);
  ASSERT_TRUE(fs::exists(word_index_path(path)));
  EXPECT_EQ(open_word_file(path).words, vectors.words);
  vectors.words = {"v", "w", "x", "y", "z"};
  write_word2vec_binary(path, vectors);
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_EQ(open_word_file(path).words, vectors.words);
  const auto time = fs::last_write_time(path);
  vectors.words = {"f", "g", "h", "i", "j"};  // other words at the same time
  write_word2vec_binary(path, vectors);
  fs::last_write_time(path, time);
  EXPECT_EQ(open_word_file(path).words, vectors.words);
  write(word_index_path(path), "somebody else's notes");
  EXPECT_EQ(open_word_file(path).words, vectors.words);
  EXPECT_EQ(read_file(word_index_path(path)), "somebody else's notes");
}

}  // namespace
}  // namespace mana::formats
