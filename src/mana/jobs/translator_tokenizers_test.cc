// Tokenizers that are learnt and written for a translator give the ids and texts of transformers' MarianTokenizer,
// which tools/golden/marian_corpora.py asked.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/formats/marian_tokenizers.h"
#include "mana/jobs/train_tokenizer.h"
#include "mana/text/crc32.h"
#include "mana/text/marian_tokenizers.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

struct Pairs {
  Texts source, target;
};

Pairs read_pairs(const fs::path& path) {
  std::ifstream file(path);
  Pairs pairs;
  std::string line;
  std::getline(file, line);  // names of the columns
  while (std::getline(file, line)) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    pairs.source.push_back(line.substr(0, first));
    pairs.target.push_back(line.substr(first + 1, second - first - 1));
  }
  return pairs;
}

fs::path learn(const fs::path& folder, const std::vector<const Texts*>& texts, const subwords::Options& training) {
  std::ofstream file(folder.string() + ".txt");
  for (const Texts* each : texts) {
    for (const std::string& text : *each) file << text << "\n";
  }
  file.close();
  TrainTokenizerOptions options{.inputs = {folder.string() + ".txt"}, .output = folder, .training = training};
  options.format.form = data::InputForm::lines;
  train_tokenizer(options);
  return folder / "tokenizer.model";
}

std::uint32_t digest_of_ids(const text::Tokenizer& tokenizer, const Texts& texts) {
  std::uint32_t digest = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto ids = tokenizer.encode(texts[i]).ids;
    digest = text::crc32(digest, {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof ids[0]});
  }
  return digest;
}

std::uint32_t digest_of_texts(const text::Tokenizer& tokenizer, const Texts& texts) {
  std::string decoded;
  for (std::size_t i = 0; i < 1000; ++i) {
    decoded += (i == 0 ? "" : "\n") + tokenizer.decode(tokenizer.encode(texts[i]).ids);
  }
  return text::crc32(0, decoded);
}

void expect_digests(const std::string& name, const Pairs& pairs, const formats::MarianTokenizerFiles& files) {
  const TemporaryFolder folder;
  formats::write_marian_tokenizers(folder.path(), files);
  const auto tokenizers = text::read_marian_tokenizers(folder.path());
  const std::string lines = read_file(fixture_path("marian/digests.jsonl"));
  for (std::size_t at = lines.find('\n') + 1; at < lines.size(); at = lines.find('\n', at) + 1) {
    const auto document = json::Document::parse(lines.substr(at, lines.find('\n', at) - at), "digests.jsonl");
    if (document.root().at("name").string() != name) continue;
    const auto expected = [&](const char* key) { return document.root().at(key).integer(); };
    EXPECT_EQ(digest_of_ids(tokenizers.source, pairs.source), expected("source")) << name;
    EXPECT_EQ(digest_of_ids(tokenizers.target, pairs.target), expected("target")) << name;
    EXPECT_EQ(digest_of_texts(tokenizers.target, pairs.target), expected("decoded")) << name;
    return;
  }
  FAIL() << name;
}

TEST(TranslatorTokenizers, GiveTheIdsOfTransformersOnWholeCorpora) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const TemporaryFolder work;
  const Pairs german = read_pairs(fs::path(data) / "multi30k/val.tsv");
  const Pairs persian = read_pairs(fs::path(data) / "tatoeba/en-fa.tsv");
  using subwords::Type;
  const fs::path joint =
      learn(work / "joint", {&german.source, &german.target}, {.type = Type::bpe, .vocabulary_size = 2000});
  expect_digests("multi30k joint", german, {.source = joint, .target = joint});
  expect_digests("multi30k two", german,
                 {.source = learn(work / "en", {&german.source}, {.type = Type::unigram, .vocabulary_size = 1000}),
                  .target = learn(work / "de", {&german.target}, {.type = Type::unigram, .vocabulary_size = 1200})});
  expect_digests("tatoeba separate", persian,
                 {.source = learn(work / "tatoeba", {&persian.source},
                                  {.type = Type::unigram, .vocabulary_size = 1200, .byte_fallback = true}),
                  .target = learn(work / "fa", {&persian.target}, {.type = Type::bpe, .vocabulary_size = 1500}),
                  .separate_vocabularies = true});
}

}  // namespace
}  // namespace mana::jobs
