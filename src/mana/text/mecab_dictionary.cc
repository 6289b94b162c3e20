#include "mana/text/mecab_dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

struct Known {
  std::string_view name;
  std::array<const char*, 3> folders;  // as they are called, the first that is there counts
  std::string_view where;              // to get it
};
constexpr Known kKnown[] = {
    {"ipadic", {"ipadic-utf8", "ipadic", "ipadic/dicdir"}, "install mecab-ipadic-utf8"},
    {"unidic_lite",
     {"unidic_lite", "unidic-lite", "unidic_lite/dicdir"},
     "put UniDic 2.1.2, the folder dicdir of the Python package unidic-lite, at /var/lib/mecab/dic/unidic_lite"},
    {"unidic", {"unidic", "unidic-utf8", "unidic/dicdir"}, "install unidic-mecab"}};

constexpr const char* kRoots[] = {"/var/lib/mecab/dic",
                                  "/usr/local/lib/mecab/dic",
                                  "/usr/lib/mecab/dic",
                                  "/usr/lib64/mecab/dic",
                                  "/usr/lib/x86_64-linux-gnu/mecab/dic",
                                  "/usr/lib/aarch64-linux-gnu/mecab/dic",
                                  "/usr/share/mecab/dic"};

// Words as a shell splits them: at white space that is not between quotes or behind a backslash.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;  // a word has begun
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (quote == 0 && space) {
      if (inside) words.push_back(std::move(word));
      word.clear();
      inside = false;
      continue;
    }
    inside = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && at + 1 < line.size()) {
      word += line[++at];
    } else {
      word += c;
    }
  }
  if (quote != 0) throw ArgumentError("asks MeCab for options with a quote that does not end");
  if (inside) words.push_back(std::move(word));
  return words;
}

// The value of dicdir in a mecabrc; empty where it says none.
fs::path dictionary_of(const fs::path& rc) {
  if (rc.empty() || !file_exists(rc)) return {};
  const std::string text = read_file(rc);
  constexpr std::string_view kKey = "dicdir", kHere = "$(rcpath)";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t sign = line.find('=');
    if (!line.starts_with(kKey) || sign == line.npos) continue;
    if (line.find_first_not_of(" \t", kKey.size()) != sign) continue;
    const std::size_t first = std::min(line.find_first_not_of(" \t", sign + 1), line.size());
    std::string value(line.substr(first, line.find_last_not_of(" \t\r") + 1 - first));
    if (value.starts_with(kHere)) value.replace(0, kHere.size(), rc.parent_path().string());
    return value;
  }
  return {};
}

fs::path from_environment(const char* name, const char* file = "") {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fs::path() : fs::path(value) / file;
}

std::vector<fs::path> roots() {
  std::vector<fs::path> all;
  const char* const named = std::getenv("MECABRC");
  const fs::path files[] = {named == nullptr ? "" : named, from_environment("HOME", ".mecabrc"),
                            "/usr/local/etc/mecabrc", "/etc/mecabrc"};
  for (const fs::path& rc : files) {
    fs::path folder = dictionary_of(rc);
    if (!folder.has_filename()) folder = folder.parent_path();
    if (!folder.empty()) all.push_back(folder.parent_path());
  }
  all.insert(all.end(), std::begin(kRoots), std::end(kRoots));
  return all;
}

}  // namespace

void MecabDictionary::add_options(std::string_view options) {
  const std::vector<std::string> words = shell_words(options);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    // -d DIR, -dDIR, --dicdir DIR or --dicdir=DIR
    const auto value = [&](std::string_view brief, std::string_view full) -> const char* {
      const bool is_full = word.starts_with(full);
      if (word == brief || word == full) return i + 1 < words.size() ? words[++i].c_str() : nullptr;
      if (is_full && word[full.size()] == '=') return word.c_str() + full.size() + 1;
      return !is_full && word.starts_with(brief) && !word.starts_with("--") ? word.c_str() + brief.size() : nullptr;
    };
    if (const char* named = value("-d", "--dicdir")) {
      folder = named;
    } else if (const char* file = value("-r", "--rcfile")) {
      rc = file;
    } else if (value("-O", "--output-format-type") == nullptr) {
      throw ArgumentError(
          fmt::format("asks MeCab for \"{}\", which is not supported; -d DIR and -r FILE are", printable(word)));
    }
  }
}

bool is_mecab_dictionary(std::string_view name) {
  return std::ranges::find(kKnown, name, &Known::name) != std::end(kKnown);
}

fs::path find_mecab_dictionary(std::string_view name) {
  const Known& known = *std::ranges::find(kKnown, name, &Known::name);
  const std::vector<fs::path> all = roots();
  for (const char* folder : known.folders) {
    for (const fs::path& root : all) {
      if (file_exists(root / folder / "sys.dic")) return root / folder;
    }
  }
  throw IoError(
      fmt::format("the tokenizer needs MeCab's dictionary {}, and there is none in {} nor where mecabrc says: {}", name,
                  kRoots[0], known.where));
}

}  // namespace mana::text
