#include "mana/formats/word_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "mana/base/file.h"
#include "mana/formats/written_words.h"

namespace mana::formats {
namespace {

using Json = nlohmann::ordered_json;

Json replace(const char* kind, std::string_view pattern, std::string_view content) {
  return {{"type", "Replace"}, {"pattern", {{kind, pattern}}}, {"content", content}};
}

void add_normalizer(Json& stages, const text::Normalizer& stage) {
  if (const auto* replacement = std::get_if<text::Replace>(&stage)) {
    stages.push_back(replace("String", replacement->pattern, replacement->content));
  } else if (std::holds_alternative<text::LastSigma>(stage)) {
    stages.push_back(replace("Regex", text::LastSigma::kPattern, text::LastSigma::kContent));
  } else {  // case folding
    stages.push_back({{"type", "Lowercase"}});
    for (const text::Replace& each : text::CaseFolding::replacements()) add_normalizer(stages, each);
  }
}

Json normalizer(const text::WordSegmentation& segmentation, bool phrases) {
  Json stages = Json::array();
  for (const text::Normalizer& stage : segmentation.normalizers().stages) add_normalizer(stages, stage);
  if (phrases) stages.push_back(replace("Regex", text::WordSpaces::kPattern, " "));
  if (stages.empty()) return nullptr;
  return {{"type", "Sequence"}, {"normalizers", std::move(stages)}};
}

Json pre_tokenizer(const text::WordSegmentation& segmentation) {
  if (segmentation.split == text::WordSegmentation::Split::spaces) return {{"type", "WhitespaceSplit"}};
  return {{"type", "Split"},
          {"pattern", {{"Regex", text::JoinedWords::kPattern}}},
          {"behavior", "Removed"},
          {"invert", true}};
}

/// Tells how a word is met in texts.
class Meeting {
 public:
  explicit Meeting(const text::WordSegmentation& segmentation) : segment_(segmentation) {}

  /// Whether a text that is just the word is cut into just the word.
  bool as_it_is(std::string_view word) {
    std::size_t words = 0;
    bool same = false;
    segment_(word, [&](std::string_view found) {
      ++words;
      same = found == word;
    });
    return words == 1 && same;
  }
  /// "new york" for the phrases "new_york" and "new york", whose parts are met; empty for what is no phrase.
  std::string as_phrase(std::string_view word) {
    if (segment_.segmentation().split == text::WordSegmentation::Split::spaces) return {};
    std::string phrase(word);
    std::ranges::replace(phrase, '_', ' ');
    std::size_t parts = 0;
    for (std::size_t at = 0; at <= phrase.size(); ++parts) {
      const std::size_t end = std::min(phrase.find(' ', at), phrase.size());
      if (!as_it_is(std::string_view(phrase).substr(at, end - at))) return {};
      at = end + 1;
    }
    return parts > 1 ? phrase : std::string();
  }

 private:
  text::WordSegmenter segment_;
};

/// What reading all phrases takes grows with them, in time and memory, whenever the tokenizer is opened.
constexpr std::size_t kMostPhrases = 100'000;

/// The phrases among the words, the first of them where there are too many, and the places of their words.
std::vector<std::pair<std::string, std::size_t>> phrases_of(std::span<const std::string_view> words,
                                                            const text::WordSegmentation& segmentation) {
  Meeting meeting(segmentation);
  std::vector<std::pair<std::string, std::size_t>> phrases;
  std::unordered_set<std::string> known;  // of "a_b" and "a b" the first
  for (std::size_t word = 0; word < words.size() && phrases.size() < kMostPhrases; ++word) {
    if (words[word].find_first_of("_ ") == words[word].npos) continue;
    std::string phrase = meeting.as_phrase(words[word]);
    if (!phrase.empty() && known.insert(phrase).second) phrases.emplace_back(std::move(phrase), word);
  }
  return phrases;
}

Json added_token(const std::string& phrase, std::size_t id) {
  return {{"id", id},        {"content", phrase},  {"single_word", true}, {"lstrip", false},
          {"rstrip", false}, {"normalized", true}, {"special", false}};
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
  const auto phrases = phrases_of(words, segmentation);
  AtomicFile file(path);
  std::string block = "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[";
  for (const auto& [phrase, word] : phrases) {
    block += fmt::format("{}\n{}", word == phrases.front().second ? "" : ",", added_token(phrase, word).dump());
    write_full_block(file, block, false);
  }
  block += fmt::format(
      "],\n\"normalizer\":{},\n"
      "\"pre_tokenizer\":{},\n\"post_processor\":null,\"decoder\":null,\n\"model\":{{\"type\":\"WordLevel\",\"vocab\":{"
      "{",
      normalizer(segmentation, !phrases.empty()).dump(), pre_tokenizer(segmentation).dump());
  // A phrase is a token under both its spellings; the later one is its name.
  for (const auto& [phrase, word] : phrases) {
    if (phrase != words[word]) block += fmt::format("\n{}:{},", Json(phrase).dump(), word);
    write_full_block(file, block, false);
  }
  for (std::size_t word = 0; word < words.size(); ++word) {
    block += fmt::format("\n{}:{},", Json(words[word]).dump(), word);
    write_full_block(file, block, false);
  }
  block += fmt::format("\n{}:{}}},\"unk_token\":{}}}}}\n", unknown, words.size(), unknown);
  write_full_block(file, block, true);
  file.commit();
}

std::size_t words_never_met(std::span<const std::string_view> words, const text::WordSegmentation& segmentation) {
  Meeting meeting(segmentation);
  std::size_t phrases = 0;
  std::size_t never = 0;
  for (const std::string_view word : words) {
    if (meeting.as_it_is(word)) continue;
    const bool met = phrases < kMostPhrases && !meeting.as_phrase(word).empty();
    ++(met ? phrases : never);
  }
  return never;
}

}  // namespace mana::formats
