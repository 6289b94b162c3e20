#include "mana/formats/listed_tokenizer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "mana/base/file.h"
#include "mana/text/utf8.h"

namespace mana::formats {
namespace {

using Json = nlohmann::ordered_json;

bool holds(const std::vector<std::string>& list, std::string_view token) {
  return std::ranges::find(list, token) != list.end();
}

Json added_tokens(const ListedTokenizer& tokenizer) {
  Json added = Json::array();
  for (std::size_t id = 0; id < tokenizer.tokens.size(); ++id) {
    if (!holds(tokenizer.special, tokenizer.tokens[id])) continue;
    added.push_back({{"id", id},
                     {"content", tokenizer.tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  return added;
}

Json post_processor(const ListedTokenizer& tokenizer) {
  if (tokenizer.before.empty() && tokenizer.behind.empty()) return nullptr;
  Json tokens = Json::object();
  const auto around = [&](std::initializer_list<const char*> sequences) {
    Json pieces = Json::array();
    const auto add = [&](const std::vector<std::string>& list) {
      for (const std::string& token : list) {
        pieces.push_back({{"SpecialToken", {{"id", token}, {"type_id", 0}}}});
        const auto id = std::ranges::find(tokenizer.tokens, token) - tokenizer.tokens.begin();
        tokens[token] = {{"id", token}, {"ids", {id}}, {"tokens", {token}}};
      }
    };
    for (const char* sequence : sequences) {
      add(tokenizer.before);
      pieces.push_back({{"Sequence", {{"id", sequence}, {"type_id", 0}}}});
      add(tokenizer.behind);
    }
    return pieces;
  };
  Json single = around({"A"});
  Json pair = around({"A", "B"});
  return {{"type", "TemplateProcessing"},
          {"single", std::move(single)},
          {"pair", std::move(pair)},
          {"special_tokens", std::move(tokens)}};
}

}  // namespace

bool ListedTokenizer::of_characters() const {
  return std::ranges::all_of(tokens, [&](const std::string& token) {
    const bool is_character = !token.empty() && text::code_point_size(token.front()) == token.size();
    return is_character || token == unknown || holds(special, token);
  });
}

void write_listed_tokenizer(const std::filesystem::path& folder, const ListedTokenizer& tokenizer) {
  const bool characters = tokenizer.of_characters();
  Json pre_tokenizer = {{"type", "WhitespaceSplit"}};
  Json decoder = nullptr;
  if (characters) {
    pre_tokenizer = {{"type", "Split"}, {"pattern", {{"Regex", "."}}}, {"behavior", "Isolated"}, {"invert", false}};
    decoder = {{"type", "Fuse"}};
  }
  Json vocabulary = Json::object();
  for (std::size_t id = 0; id < tokenizer.tokens.size(); ++id) vocabulary[tokenizer.tokens[id]] = id;
  const Json root = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added_tokens(tokenizer)},
      {"normalizer", nullptr},
      {"pre_tokenizer", std::move(pre_tokenizer)},
      {"post_processor", post_processor(tokenizer)},
      {"decoder", std::move(decoder)},
      {"model", {{"type", "WordLevel"}, {"vocab", std::move(vocabulary)}, {"unk_token", tokenizer.unknown}}}};
  AtomicFile file(folder / "tokenizer.json");
  file.write(root.dump(2) + "\n");
  file.commit();
}

}  // namespace mana::formats
