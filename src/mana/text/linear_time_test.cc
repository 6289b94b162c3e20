// Time is linear in the text, whatever it is: what would take the square of a megabyte does not end here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fixture_path();

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  text.reserve(size + part.size());
  while (text.size() < size) text += part;
  return text;
}

std::map<std::string, std::string> texts() {
  constexpr std::size_t kSize = kSanitized ? 1 << 17 : 1 << 20;
  std::string words;
  for (int i = 0; i < 20; ++i) words += std::string(10'000, static_cast<char>('a' + i)) + " ";
  return {{"one character", repeated("a", kSize)},
          {"one unknown character", repeated("\u4e2d", kSize)},
          {"alternating marks", repeated("a\u0301\u0323", kSize)},
          {"marks alone", repeated("\u0301\u0323", kSize)},
          {"punctuation", repeated("?!", kSize)},
          {"beginnings of tokens", repeated("<", kSize)},
          {"beginnings of a longer token", repeated("<|endoftext", kSize)},
          {"spaces", repeated(" ", kSize)},
          {"lines", repeated("\r\n", kSize)},
          {"joined pictures", repeated("\U0001f469\u200d", kSize)},
          {"words of 10,000 characters", words}};
}

void expect_linear(const Tokenizer& tokenizer, const std::string& name) {
  for (const auto& [kind, text] : texts()) {
    const std::clock_t begin = std::clock();
    const Encoding encoding = tokenizer.encode(text);
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    EXPECT_LT(seconds, kSanitized ? 60 : 10) << name << ", " << kind << ": " << encoding.ids.size() << " tokens";
  }
}

TEST(LinearTime, OfEveryPipeline) {
  for (const char* name : {"byte_pair/added", "byte_pair/llama", "byte_pair/clip", "byte_pair/fallback", "unigram/t5",
                           "unigram/xlmr", "unigram/bytes", "tokenizer_classes/albert", "tokenizer_classes/camembert",
                           "tokenizer_classes/roberta", "tokenizer/added"}) {
    expect_linear(Tokenizer::load(kFixtures / name), name);
  }
}

TEST(LinearTime, OfFilesOfSentencePiece) {
  for (const char* name : {"unigram", "bytes", "suffix", "bpe", "bpe_bytes"}) {
    const TemporaryFolder folder;
    fs::copy(kFixtures / fmt::format("sentencepiece/{}.model", name), folder / "tokenizer.model");
    expect_linear(Tokenizer::load(folder.path()), name);
  }
}

TEST(LinearTime, OfPublishedVocabularies) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (!data) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  for (const char* name : {"gpt2", "clip", "t5", "bert-base-multilingual-cased"}) {
    expect_linear(Tokenizer::load(data / fs::path("tokenizers") / name), name);
  }
}

}  // namespace
}  // namespace mana::text
