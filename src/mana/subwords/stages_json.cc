#include "mana/subwords/stages_json.h"

#include <variant>

namespace mana::subwords {
namespace {

using Json = nlohmann::ordered_json;

struct NormalizerJson {
  Json operator()(const text::BertNormalizer& bert) const {
    return {{"type", "BertNormalizer"},
            {"clean_text", bert.clean_text},
            {"handle_chinese_chars", bert.handle_chinese_chars},
            {"strip_accents", nullptr},  // as `lowercase` says
            {"lowercase", bert.lowercase}};
  }
  Json operator()(const text::Lowercase&) const { return {{"type", "Lowercase"}}; }
  Json operator()(const text::Replace& replace) const {
    return {{"type", "Replace"}, {"pattern", {{"String", replace.pattern}}}, {"content", replace.content}};
  }
  template <class Other>
  Json operator()(const Other&) const {
    return nullptr;  // none of word_stages()
  }
};

}  // namespace

Json normalizer_json(const WordStages& stages) {
  Json all = Json::array();
  for (const text::Normalizer& stage : stages.normalizers.stages) all.push_back(std::visit(NormalizerJson{}, stage));
  if (all.empty()) return nullptr;
  if (all.size() == 1) return all.front();
  return {{"type", "Sequence"}, {"normalizers", std::move(all)}};
}

Json pre_tokenizer_json(const Options& options) {
  if (options.type == Type::wordpiece) return {{"type", "BertPreTokenizer"}};
  return {{"type", "ByteLevel"},
          {"add_prefix_space", options.add_prefix_space},
          {"trim_offsets", true},
          {"use_regex", true}};
}

Json special_token_json(std::size_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

Json added_tokens_json(const Options& options) {
  Json tokens = Json::array();
  for (std::size_t id = 0; id < options.special_tokens.size(); ++id) {
    tokens.push_back(special_token_json(id, options.special_tokens[id]));
  }
  return tokens;
}

}  // namespace mana::subwords
