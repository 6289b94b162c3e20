#include "mana/text/overruled_stages.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

std::string_view word(bool value) { return value ? "true" : "false"; }

// The name of a stage that is of another kind; empty where it is of the kind that is used.
std::string other_type(const std::optional<json::Value>& stage, std::string_view used) {
  if (!stage) return "none";
  const auto type = stage->find("type");
  if (type && type->is_string()) return type->string() == used ? "" : printable(type->string());
  return "another";
}

void note_normalizer(const std::optional<json::Value>& stage, const BertNormalizer& used,
                     std::vector<std::string>& notes) {
  if (const std::string other = other_type(stage, "BertNormalizer"); !other.empty()) {
    notes.push_back(
        fmt::format("tokenizer.json has {} as normaliser, which does not count: its tokenizer is of the class "
                    "BertTokenizer, whose own is taken; name PreTrainedTokenizerFast in tokenizer_config.json "
                    "to take the file as it is",
                    other));
    return;
  }
  const BertNormalizer said = read_bert_normalizer(*stage);
  const auto compare = [&](std::string_view here, bool is, std::string_view there, bool was) {
    if (is == was) return;
    notes.push_back(
        fmt::format("{} is {} by tokenizer_config.json or by default, {} is {} in tokenizer.json: the former "
                    "counts, as in transformers 5",
                    here, word(is), there, word(was)));
  };
  compare("do_lower_case", used.lowercase, "lowercase", said.lowercase);
  compare("strip_accents", used.strip_accents, "strip_accents", said.strip_accents);
  compare("tokenize_chinese_chars", used.handle_chinese_chars, "handle_chinese_chars", said.handle_chinese_chars);
}

}  // namespace

void note_overruled_template(const json::Value& root, const Template& used, std::optional<std::size_t> vectors,
                             std::vector<std::string>& notes) {
  const auto ids_of = [](const Template& form) {
    std::vector<TokenId> ids;
    for (const Template::Part& part : form.parts) ids.insert(ids.end(), part.ids.begin(), part.ids.end());
    return ids;
  };
  const auto entry = root.find("post_processor");
  Template said;
  try {
    said = read_single_template(entry);
  } catch (const FormatError&) {
    return;
  }
  const std::vector<TokenId> ids = ids_of(said);
  for (const TokenId id : ids) {
    if (vectors && static_cast<std::size_t>(id) >= *vectors) {
      entry->fail(fmt::format(
          "names a token with the id {}, but the model has vectors for {}; the file is not the model's", id, *vectors));
    }
  }
  if (ids != ids_of(used)) {
    notes.push_back("the special tokens that tokenizer.json puts around a text do not count: those of the settings do");
  }
}

void note_overruled_stages(const json::Value& root, const TokenizerSettings& settings,
                           std::vector<std::string>& notes) {
  const auto note_sound_normalizer = [&] {
    try {
      note_normalizer(root.find("normalizer"), settings.normalizer, notes);
    } catch (const FormatError&) {
      return;  // what is not used may be broken
    }
  };
  note_sound_normalizer();
  if (const std::string other = other_type(root.find("pre_tokenizer"), "BertPreTokenizer"); !other.empty()) {
    notes.push_back(
        fmt::format("tokenizer.json has {} as pre-tokenizer, which does not count: that of BertTokenizer does", other));
  }
}

}  // namespace mana::text
