#include "mana/formats/word_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "mana/base/file.h"
#include "mana/formats/written_words.h"

namespace mana::formats {
namespace {

using Json = nlohmann::ordered_json;

Json normalizer(const text::WordSegmentation& segmentation) {
  Json stages = Json::array();
  for (const text::Normalizer& stage : segmentation.normalizers().stages) {
    if (const auto* replace = std::get_if<text::Replace>(&stage)) {
      stages.push_back(
          {{"type", "Replace"}, {"pattern", {{"String", replace->pattern}}}, {"content", replace->content}});
    } else {
      stages.push_back({{"type", "Lowercase"}});
    }
  }
  if (stages.empty()) return nullptr;
  return {{"type", "Sequence"}, {"normalizers", std::move(stages)}};
}

Json pre_tokenizer() {
  return {{"type", "Split"},
          {"pattern", {{"Regex", text::UnicodeWords::kPattern}}},
          {"behavior", "Removed"},
          {"invert", true}};
}

/// A token that is none of the words: brackets are in none that segmentation finds.
std::string unknown_token(std::span<const std::string_view> words) {
  std::string token = "[UNK]";
  while (std::ranges::find(words, token) != words.end()) token += ']';
  return token;
}

}  // namespace

void write_word_tokenizer(const std::filesystem::path& path, std::span<const std::string_view> words,
                          const text::WordSegmentation& segmentation) {
  const std::string unknown = Json(unknown_token(words)).dump();
  AtomicFile file(path);
  std::string block = fmt::format(
      "{{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[],\n\"normalizer\":{},\n"
      "\"pre_tokenizer\":{},\n\"post_processor\":null,\"decoder\":null,\n\"model\":{{\"type\":\"WordLevel\",\"vocab\":{"
      "{",
      normalizer(segmentation).dump(), pre_tokenizer().dump());
  for (std::size_t word = 0; word < words.size(); ++word) {
    block += fmt::format("\n{}:{},", Json(words[word]).dump(), word);
    write_full_block(file, block, false);
  }
  block += fmt::format("\n{}:{}}},\"unk_token\":{}}}}}\n", unknown, words.size(), unknown);
  write_full_block(file, block, true);
  file.commit();
}

}  // namespace mana::formats
