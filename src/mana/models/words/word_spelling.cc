#include "mana/models/words/word_spelling.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "mana/formats/sentence_folder.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/text/lower_case.h"
#include "mana/text/word_segmenter.h"

namespace mana::models {
namespace {

std::vector<std::string> by_tokenizer(const std::filesystem::path& folder, std::span<const std::string> words) {
  const text::Tokenizer tokenizer = formats::load_tokenizer(formats::read_sentence_folder(folder));
  const auto token_of = [&](std::string_view word) -> std::optional<text::TokenId> {
    std::vector<text::TokenId> ids;
    tokenizer.append(word, {.special_tokens = false}, ids);
    return ids.size() == 1 && !tokenizer.is_special(ids[0]) ? std::optional(ids[0]) : std::nullopt;
  };
  // What is in no vocabulary becomes the token of unknown words: letters of private use, or, where those are left out
  // beforehand, a word that nobody writes.
  const std::array unknown = {token_of("\uE000\uE001"), token_of(std::string(64, 'q'))};
  std::vector<std::string> spelled;
  spelled.reserve(words.size());
  for (const std::string& word : words) {
    const auto token = token_of(word);
    const bool known = token && std::ranges::find(unknown, token) == unknown.end();
    spelled.emplace_back(known ? tokenizer.find_token(*token).value_or("") : "");
  }
  return spelled;
}

/// Whether a word has a letter that Persian's spelling replaces: yeh, alef maksura, kaf, tatweel.
bool has_arabic_letter(std::string_view word) {
  constexpr std::array<std::string_view, 4> kLetters = {"\u064A", "\u0649", "\u0643", "\u0640"};
  return std::ranges::any_of(kLetters, [&](std::string_view each) { return word.find(each) != word.npos; });
}

std::vector<std::string> by_segmentation(const formats::WordVectors& vectors, std::span<const std::string> words) {
  const text::WordSegmentation segmentation = {
      .lowercase =
          std::ranges::none_of(vectors.words, [](std::string_view word) { return text::lower_case(word) != word; }),
      .persian = std::ranges::none_of(vectors.words, has_arabic_letter)};
  text::WordSegmenter segmenter(segmentation);
  std::vector<std::string> spelled;
  spelled.reserve(words.size());
  for (const std::string& word : words) {
    std::vector<std::string> parts;
    segmenter(word, [&](std::string_view part) { parts.emplace_back(part); });
    spelled.push_back(parts.size() == 1 ? parts.front() : "");
  }
  return spelled;
}

}  // namespace

std::vector<std::string> spelled_as_trained(const formats::WordVectors& vectors, std::span<const std::string> words) {
  std::error_code ignored;
  if (std::filesystem::is_directory(vectors.source, ignored)) return by_tokenizer(vectors.source, words);
  return by_segmentation(vectors, words);
}

}  // namespace mana::models
