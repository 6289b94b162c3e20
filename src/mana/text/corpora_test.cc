// Equality with the Rust tokenizers and SentencePiece on whole corpora, by the digests of tools/golden/corpora.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/text/crc32.h"
#include "mana/text/tokenizer.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

fs::path default_model() {
  const char* home = std::getenv("MANA_HOME");
  const char* user = std::getenv("HOME");
  return (home && *home ? fs::path(home) : fs::path(user ? user : "") / ".cache/mana") / "models/all-MiniLM-L6-v2";
}

// A text that may be packed by zstd.
std::string read_corpus(const fs::path& path) {
  if (path.extension() != ".zst") return read_file(path);
  const std::string command = "zstd -dcq '" + path.string() + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  std::array<char, 65536> block;
  while (const std::size_t size = fread(block.data(), 1, block.size(), pipe.get())) all.append(block.data(), size);
  return all;
}

// The digest of the first `lines` lines of a text, which is moved behind them.
std::uint32_t digest(const Tokenizer& tokenizer, std::string_view& text, std::size_t lines) {
  SequentialTokenizer sequential(tokenizer);
  std::uint32_t crc = 0;
  std::vector<std::uint32_t> numbers;
  for (; lines > 0 && !text.empty(); --lines) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const Encoding encoding = sequential.encode(line, {.special_tokens = false});
    const std::vector<Offsets> offsets = to_code_points(line, encoding.offsets);
    numbers.clear();
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
      numbers.insert(numbers.end(), {static_cast<std::uint32_t>(encoding.ids[i]), offsets[i].begin, offsets[i].end});
    }
    crc = crc32(crc, {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::uint32_t)});
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return crc;
}

void check(const fs::path& corpus, const Tokenizer& tokenizer, const json::Value& entry, std::size_t lines) {
  static std::map<fs::path, std::string> read;  // several tokenizers meet the same
  const auto [place, is_new] = read.try_emplace(corpus);
  if (is_new) place->second = read_corpus(corpus);
  const std::string& all = place->second;
  ASSERT_FALSE(all.empty()) << corpus << " cannot be read; a packed one needs the zstd program (tools/packages.txt)";
  ASSERT_EQ(all.size(), entry.at("bytes").integer()) << corpus << " is not the one that the digests are of";
  std::string_view rest = all;
  std::size_t first = 1;
  for (const json::Value& expected : entry.at("crc32").array()) {
    EXPECT_EQ(digest(tokenizer, rest, lines), expected.integer()) << corpus << " from line " << first;
    first += lines;
    if (kSanitized) return;  // sanitizers take too long for all
  }
  EXPECT_TRUE(rest.empty() || entry.find("beginning"));
}

TEST(Corpora, HaveTheIdsAndOffsetsOfTheReference) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (!data) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const std::string text = read_file(fixture_path("tokenizer/corpora.jsonl"));
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const auto document = json::Document::parse(text.substr(at, text.find('\n', at) - at), "corpora.jsonl");
    const json::Value entry = document.root();
    if (entry.find("reference")) {
      lines = static_cast<std::size_t>(entry.at("lines").integer());
      continue;
    }
    const auto folder = entry.find("tokenizer");
    const fs::path model = folder ? data / fs::path(folder->string()) : default_model();
    const fs::path corpus = data / fs::path(entry.at("corpus").string());
    if (fs::exists(model) && fs::exists(corpus)) check(corpus, Tokenizer::load(model), entry, lines);
  }
}

}  // namespace
}  // namespace mana::text
