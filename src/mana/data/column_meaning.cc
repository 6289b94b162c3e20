#include "mana/data/column_meaning.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace mana::data {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kIds[] = {"",         "id",    "idx",        "index",   "qid",        "pid",
                                     "did",      "docid", "queryid",    "textid",  "passageid",  "row",
                                     "guid",     "uid",   "uuid",       "rowid",   "sentenceid", "pairid",
                                     "corpusid", "ids",   "documentid", "unnamed", "indexlevel"};
constexpr std::string_view kTexts[] = {"text", "texts", "sentence", "sentences"};
constexpr std::string_view kFirst[] = {"anchor", "anchors", "query", "queries", "question", "questions", "premise"};
constexpr std::string_view kSecond[] = {"positive", "positives", "pos",     "answer",  "answers",
                                        "document", "documents", "doc",     "passage", "hypothesis",
                                        "response", "context",   "passages"};
constexpr std::string_view kNegative[] = {"negative", "negatives", "neg", "hardnegative", "hardnegatives", "hardneg"};
constexpr std::string_view kScores[] = {"score",     "scores",           "similarity",  "similarityscore",
                                        "goldscore", "relatednessscore", "relatedness", "cosinesimilarity"};
constexpr std::string_view kLabels[] = {"label", "labels", "class", "classes", "category", "goldlabel", "isduplicate"};
/// Of these several stand side by side, told apart by a number or a letter.
constexpr std::string_view kNumbered[] = {"sentence", "sent", "text", "question", "phrase", "document", "doc"};

bool is_in(Names names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Small letters and digits alone; bytes beyond ASCII stay.
std::string key_of(const std::string& name) {
  std::string key;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') key += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || is_digit(c) || static_cast<unsigned char>(c) >= 0x80) key += c;
  }
  return key;
}

/// "negative2" is "negative" and "2".
std::pair<std::string, std::string> split_number(const std::string& key) {
  std::size_t end = key.size();
  while (end > 0 && is_digit(key[end - 1])) --end;
  return {key.substr(0, end), key.substr(end)};
}

/// "query_id", "captionID"
bool ends_as_id(const std::string& name) {
  const std::string_view view = name;
  if (view.size() < 3) return false;
  const char before = view[view.size() - 3];
  if (view.ends_with("ID") || view.ends_with("Id")) return (before >= 'a' && before <= 'z') || before == '_';
  return view.ends_with("_id");
}

ColumnMeaning meaning_alone(const std::string& name) {
  const std::string key = key_of(name);
  const auto [stem, number] = split_number(key);
  if ((is_in(kIds, stem) && !(stem.empty() && !number.empty())) || ends_as_id(name)) return ColumnMeaning::id;
  if (is_in(kNegative, stem)) return ColumnMeaning::negative;
  if (is_in(kScores, stem)) return ColumnMeaning::score;
  if (is_in(kLabels, stem)) return ColumnMeaning::label;
  if (is_in(kSecond, stem)) return ColumnMeaning::second;
  if (is_in(kFirst, stem)) return ColumnMeaning::first;
  if (is_in(kTexts, stem)) return ColumnMeaning::text;
  return ColumnMeaning::unknown;
}

/// "sentence1", "text_b": the stem, and the place among its like; no stem where the name is none of these.
std::pair<std::string, std::string> numbered(const std::string& name) {
  const std::string key = key_of(name);
  auto [stem, number] = split_number(key);
  if (!number.empty())
    return is_in(kNumbered, stem) ? std::pair(stem, number) : std::pair(std::string(), std::string());
  if (key.empty() || (key.back() != 'a' && key.back() != 'b')) return {};
  stem = key.substr(0, key.size() - 1);
  return is_in(kNumbered, stem) ? std::pair(stem, key.substr(key.size() - 1)) : std::pair(std::string(), std::string());
}

}  // namespace

std::vector<ColumnMeaning> column_meanings(std::span<const std::string> names) {
  std::vector<ColumnMeaning> meanings;
  std::map<std::string, std::vector<std::pair<std::string, std::size_t>>> groups;  // of a stem: numbers, columns
  for (std::size_t i = 0; i < names.size(); ++i) {
    meanings.push_back(meaning_alone(names[i]));
    const auto [stem, number] = numbered(names[i]);
    if (!stem.empty())
      groups[stem].emplace_back(std::string(20 - std::min<std::size_t>(20, number.size()), '0') + number, i);
  }
  for (auto& [stem, members] : groups) {
    if (members.size() < 2) continue;
    std::ranges::sort(members);
    for (std::size_t place = 0; place < members.size(); ++place) {
      meanings[members[place].second] = place == 0   ? ColumnMeaning::first
                                        : place == 1 ? ColumnMeaning::second
                                                     : ColumnMeaning::unknown;
    }
  }
  return meanings;
}

std::uint64_t column_number(const std::string& name) {
  std::uint64_t number = 0;
  for (const char digit : split_number(key_of(name)).second)
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return number;
}

bool is_plain_label(const std::string& name) {
  const std::string key = key_of(name);
  return key == "label" || key == "labels" || key == "score" || key == "scores";
}

}  // namespace mana::data
