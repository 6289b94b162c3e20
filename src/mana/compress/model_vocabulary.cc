#include "mana/compress/model_vocabulary.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace mana::compress {
namespace {

using models::Json;
using Merge = std::pair<std::string, std::string>;

/// A merge as files have it: "a b", or ["a", "b"].
Merge merge_of(const Json& entry) {
  if (entry.is_array()) return {entry.at(0).get<std::string>(), entry.at(1).get<std::string>()};
  const auto both = entry.get<std::string>();
  const std::size_t space = both.find(' ');
  return {both.substr(0, space), both.substr(space + 1)};
}

std::string text_at(const Json& model, const char* key, const char* otherwise) {
  const auto found = model.find(key);
  return found != model.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

std::string merged(const Merge& merge, const std::string& prefix) {
  return merge.first + merge.second.substr(merge.second.starts_with(prefix) ? prefix.size() : 0);
}

bool is_unigram(const Json& model) { return model.at("vocab").is_array(); }

}  // namespace

std::vector<VocabularyToken> pieces_of(const Json& model) {
  std::vector<VocabularyToken> pieces;
  pieces.reserve(model.at("vocab").size());
  if (is_unigram(model)) {
    for (const Json& entry : model["vocab"]) {
      pieces.push_back({entry.at(0).get<std::string>(), static_cast<std::int64_t>(pieces.size())});
    }
    return pieces;
  }
  std::unordered_map<std::string, Merge> made;
  if (model.contains("merges")) {
    for (const Json& entry : model["merges"]) {
      const Merge merge = merge_of(entry);
      made.try_emplace(merged(merge, continuing_prefix(model)), merge);
    }
  }
  for (const auto& [text, id] : model["vocab"].items()) {
    pieces.push_back({text, id.get<std::int64_t>()});
    if (const auto merge = made.find(text); merge != made.end()) {
      pieces.back().parts = {merge->second.first, merge->second.second};
    }
  }
  return pieces;
}

std::string continuing_prefix(const Json& model) {
  if (is_unigram(model)) return "";
  return text_at(model, "continuing_subword_prefix", model.contains("merges") ? "" : "##");
}

std::vector<std::string> last_resorts(const Json& model) {
  std::vector<std::string> resorts;
  if (is_unigram(model)) {
    const auto unknown = model.find("unk_id");
    if (unknown != model.end() && unknown->is_number_integer()) {
      resorts.push_back(model["vocab"].at(unknown->get<std::size_t>()).at(0).get<std::string>());
    }
  } else {
    resorts.push_back(text_at(model, "unk_token", model.contains("merges") ? "" : "[UNK]"));
  }
  if (!model.value("byte_fallback", false)) return resorts;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char high : kDigits) {
    for (const char low : kDigits) resorts.push_back(std::string("<0x") + high + low + ">");
  }
  return resorts;
}

Json reduced(const Json& model, const Renumbering& numbers) {
  Json result = model;
  if (is_unigram(model)) {
    Json vocabulary = Json::array();
    for (std::size_t id = 0; id < model["vocab"].size(); ++id) {  // new ids follow the order of the old ones
      if (numbers.of(static_cast<std::int64_t>(id))) vocabulary.push_back(model["vocab"][id]);
    }
    result["vocab"] = std::move(vocabulary);
    if (result.contains("unk_id")) numbers.change(result["unk_id"]);
    return result;
  }
  Json vocabulary = Json::object();
  // A pair behind the others: looking whether one of that name is there already would take all of them for each.
  auto& entries = static_cast<Json::object_t::Container&>(vocabulary.get_ref<Json::object_t&>());
  std::unordered_set<std::string> kept;
  for (const auto& [text, id] : model["vocab"].items()) {
    const auto number = numbers.of(id.get<std::int64_t>());
    if (!number) continue;
    entries.emplace_back(text, *number);
    kept.insert(text);
  }
  if (model.contains("merges")) {
    const std::string prefix = continuing_prefix(model);
    Json merges = Json::array();
    for (const Json& entry : model["merges"]) {
      const Merge merge = merge_of(entry);
      const bool whole =
          kept.contains(merge.first) && kept.contains(merge.second) && kept.contains(merged(merge, prefix));
      if (whole) merges.push_back(entry);
    }
    result["merges"] = std::move(merges);
  }
  result["vocab"] = std::move(vocabulary);
  return result;
}

}  // namespace mana::compress
