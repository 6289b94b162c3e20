#include "mana/formats/ctranslate2_vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"

namespace mana::formats {
namespace {

std::vector<std::string> tokens_of_json(const std::filesystem::path& path) {
  const json::Document document = json::Document::read(path);
  std::vector<std::string> tokens;
  for (const json::Value& token : document.root().array()) tokens.emplace_back(token.string());
  return tokens;
}

/// A token may end with a carriage return, unless all do: then it is how the file's lines end.
std::vector<std::string> tokens_of_text(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  refuse_stand_in(text, path.string());
  if (!is_utf8(text)) throw FormatError(fmt::format("{} is not UTF-8", path.string()));
  std::vector<std::string> tokens;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    tokens.emplace_back(text, begin, end - begin);
    begin = end + 1;
  }
  if (std::ranges::all_of(tokens, [](std::string_view token) { return token.ends_with('\r'); })) {
    for (std::string& token : tokens) token.pop_back();
  }
  return tokens;
}

std::optional<std::filesystem::path> vocabulary_file(const std::filesystem::path& folder, std::string_view name) {
  for (const std::string_view ending : {".json", ".txt"}) {
    std::filesystem::path path = folder / fmt::format("{}{}", name, ending);
    if (file_exists(path)) return path;
  }
  return std::nullopt;
}

std::vector<std::string> read_vocabulary(const std::filesystem::path& path, const std::string& unknown) {
  std::vector<std::string> tokens = path.extension() == ".json" ? tokens_of_json(path) : tokens_of_text(path);
  if (tokens.empty()) throw FormatError(fmt::format("{} holds no tokens", path.string()));
  std::unordered_set<std::string_view> known;
  for (const std::string& token : tokens) {
    if (known.insert(token).second) continue;
    throw FormatError(fmt::format("{} has the token \"{}\" twice", path.string(), printable(token)));
  }
  if (!known.contains(unknown)) tokens.push_back(unknown);
  return tokens;
}

std::vector<std::string> read_required(const std::filesystem::path& folder, std::string_view name,
                                       const std::string& unknown) {
  if (const auto path = vocabulary_file(folder, name)) return read_vocabulary(*path, unknown);
  throw IoError(fmt::format("{} has neither {}.json nor {}.txt; copy it from where the model comes from",
                            folder.string(), name, name));
}

}  // namespace

Ctranslate2Vocabularies read_ctranslate2_vocabularies(const std::filesystem::path& folder, const std::string& unknown) {
  if (const auto path = vocabulary_file(folder, "shared_vocabulary")) {
    std::vector<std::string> tokens = read_vocabulary(*path, unknown);
    return {.source = tokens, .target = std::move(tokens), .shared = true};
  }
  return {.source = read_required(folder, "source_vocabulary", unknown),
          .target = read_required(folder, "target_vocabulary", unknown)};
}

}  // namespace mana::formats
