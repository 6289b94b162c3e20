#include "mana/subwords/tokenizer_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "mana/subwords/stages_json.h"
#include "mana/subwords/wordpiece_trainer.h"
#include "mana/subwords/written_file.h"

namespace mana::subwords {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;

std::string json_string(std::string_view text) { return Json(text).dump(); }

/// The file with everything but the vocabulary, which goes to the end of its last entry, the model: what is written
/// there is as large as the rest is small.
class TokenizerJson {
 public:
  TokenizerJson(const Json& frame, const std::vector<std::string>& pieces) : text_(frame.dump(2)) {
    text_.resize(text_.size() - kEnd.size());
    text_ += ",\n    \"vocab\": {";
    for (std::size_t id = 0; id < pieces.size(); ++id) {
      text_ += fmt::format("{}\n      {}: {}", id == 0 ? "" : ",", json_string(pieces[id]), id);
    }
    text_ += "\n    }";
  }
  void add_merges(const TrainedBytePairs& trained) {
    text_ += ",\n    \"merges\": [";
    const char* separator = "";
    for (const SymbolPair& merge : trained.merges) {
      text_ += fmt::format("{}\n      [\n        {},\n        {}\n      ]", std::exchange(separator, ","),
                           json_string(trained.pieces[merge.first]), json_string(trained.pieces[merge.second]));
    }
    text_ += trained.merges.empty() ? "]" : "\n    ]";
  }
  std::string finish() { return std::move(text_) + std::string(kEnd); }

 private:
  static constexpr std::string_view kEnd = "\n  }\n}";
  std::string text_;
};

Json frame(const Options& options) {
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens_json(options)},
          {"normalizer", normalizer_json(word_stages(options))},
          {"pre_tokenizer", pre_tokenizer_json(options)}};
}

/// [CLS] text [SEP], and [SEP] behind the second of two.
Json bert_template(const Options& options) {
  const auto special = [](const char* name, int type) {
    return Json{{"SpecialToken", {{"id", name}, {"type_id", type}}}};
  };
  const auto sequence = [](const char* name, int type) {
    return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  Json tokens = Json::object();
  for (const char* name : {"[CLS]", "[SEP]"}) {
    const auto id = std::ranges::find(options.special_tokens, name) - options.special_tokens.begin();
    tokens[name] = {{"id", name}, {"ids", Json::array({id})}, {"tokens", Json::array({name})}};
  }
  return {{"type", "TemplateProcessing"},
          {"single", Json::array({special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)})},
          {"pair", Json::array({special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0), sequence("B", 1),
                                special("[SEP]", 1)})},
          {"special_tokens", std::move(tokens)}};
}

/// The class whose stages these are; where text is folded as no class does it, the one that takes every stage as it
/// stands in the file.
std::string tokenizer_class(const Options& options) {
  if (options.persian) return "PreTrainedTokenizerFast";
  if (options.type == Type::wordpiece) return "BertTokenizer";
  return options.lowercase ? "PreTrainedTokenizerFast" : "GPT2Tokenizer";
}

bool has(const Options& options, std::string_view token) {
  return std::ranges::find(options.special_tokens, token) != options.special_tokens.end();
}

}  // namespace

void write_wordpiece(const Path& folder, const std::vector<std::string>& pieces, const Options& options) {
  Json json = frame(options);
  const bool around = has(options, "[CLS]") && has(options, "[SEP]");
  json["post_processor"] = around ? bert_template(options) : Json();
  json["decoder"] = {{"type", "WordPiece"}, {"prefix", kContinuingPrefix}, {"cleanup", true}};
  json["model"] = {{"type", "WordPiece"},
                   {"unk_token", "[UNK]"},
                   {"continuing_subword_prefix", kContinuingPrefix},
                   {"max_input_chars_per_word", 100}};
  write_whole(folder / "tokenizer.json", TokenizerJson(json, pieces).finish());

  Json config = {{"tokenizer_class", tokenizer_class(options)},
                 {"do_lower_case", options.lowercase},
                 {"strip_accents", nullptr},
                 {"tokenize_chinese_chars", true}};
  for (const auto& [key, token] :
       {std::pair{"cls_token", "[CLS]"}, std::pair{"mask_token", "[MASK]"}, std::pair{"pad_token", "[PAD]"},
        std::pair{"sep_token", "[SEP]"}, std::pair{"unk_token", "[UNK]"}}) {
    if (has(options, token)) config[key] = token;
  }
  write_whole(folder / "tokenizer_config.json", config.dump(2) + "\n");
  std::string lines;
  for (const std::string& piece : pieces) lines += piece + "\n";
  write_whole(folder / "vocab.txt", lines);
}

void write_byte_bpe(const Path& folder, const TrainedBytePairs& trained, const Options& options) {
  const auto byte_level = [](bool trim_offsets) {
    return Json{{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", trim_offsets}, {"use_regex", true}};
  };
  Json json = frame(options);
  json["post_processor"] = byte_level(false);
  json["decoder"] = byte_level(true);
  json["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false},
                   {"ignore_merges", false}};
  TokenizerJson file(json, trained.pieces);
  file.add_merges(trained);
  write_whole(folder / "tokenizer.json", file.finish());

  Json config = {{"tokenizer_class", tokenizer_class(options)}, {"add_prefix_space", options.add_prefix_space}};
  const std::string end_of_text = usual_special_tokens(Type::byte_bpe).front();
  if (has(options, end_of_text)) {
    for (const char* key : {"bos_token", "eos_token", "unk_token"}) config[key] = end_of_text;
  }
  write_whole(folder / "tokenizer_config.json", config.dump(2) + "\n");

  std::string vocabulary = "{";
  for (std::size_t id = 0; id < trained.pieces.size(); ++id) {
    vocabulary += fmt::format("{}{}:{}", id == 0 ? "" : ",", json_string(trained.pieces[id]), id);
  }
  write_whole(folder / "vocab.json", vocabulary + "}");
  std::string merges = "#version: 0.2\n";
  for (const SymbolPair& merge : trained.merges) {
    merges += fmt::format("{} {}\n", trained.pieces[merge.first], trained.pieces[merge.second]);
  }
  write_whole(folder / "merges.txt", merges);
}

}  // namespace mana::subwords
