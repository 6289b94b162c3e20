#include "mana/formats/marian_tokenizers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/text/sentencepiece_model.h"

namespace mana::formats {
namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;
using text::SentencePieceModel;

constexpr std::string_view kEnd = "</s>", kUnknown = "<unk>", kPadding = "<pad>";

// Tokens behind </s> and <unk>, each once, in the order in which they come.
class TokenList {
 public:
  void add(std::string_view token) {
    if (token == kEnd || token == kUnknown || token == kPadding) return;
    if (known_.emplace(token).second) tokens_.emplace_back(token);
  }
  // What text can become: neither the controls nor what stands for the unknown.
  void add(const SentencePieceModel& model) {
    using Kind = SentencePieceModel::Kind;
    for (const auto& piece : model.pieces) {
      if (piece.kind != Kind::control && piece.kind != Kind::unknown) add(piece.text);
    }
  }
  std::size_t size() const { return tokens_.size(); }

  // The tokens with their ids, where <pad> stands behind the first `before` of them.
  std::string json(std::size_t before) const {
    std::string text = "{";
    std::size_t id = 0;
    const auto put = [&](std::string_view token) {
      text += fmt::format("{}\n  {}: {}", id == 0 ? "" : ",", Json(token).dump(), id);
      ++id;
    };
    put(kEnd);
    put(kUnknown);
    for (std::size_t i = 0; i <= tokens_.size(); ++i) {
      if (i == before) put(kPadding);
      if (i < tokens_.size()) put(tokens_[i]);
    }
    return text + "\n}\n";
  }

 private:
  std::vector<std::string> tokens_;
  std::unordered_set<std::string> known_;
};

void write_whole(const Path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string config(const MarianTokenizerFiles& files) {
  Json json = {{"tokenizer_class", "MarianTokenizer"},
               {"separate_vocabs", files.separate_vocabularies},
               {"model_max_length", files.max_length},
               {"eos_token", kEnd},
               {"unk_token", kUnknown},
               {"pad_token", kPadding}};
  if (!files.source_language.empty()) json["source_lang"] = files.source_language;
  if (!files.target_language.empty()) json["target_lang"] = files.target_language;
  return json.dump(2) + "\n";
}

}  // namespace

void write_marian_tokenizers(const Path& folder, const MarianTokenizerFiles& files) {
  for (const std::string& code : files.language_codes) {
    if (code.size() <= 4 || !code.starts_with(">>") || code.find("<<") != code.size() - 2) {
      throw ArgumentError(fmt::format("\"{}\" is no code of a language; write it as \">>deu<<\"", printable(code)));
    }
  }
  const std::string source = read_file(files.source), target = read_file(files.target);
  const SentencePieceModel source_model = text::read_sentencepiece_model(source, files.source.string());
  const SentencePieceModel target_model = text::read_sentencepiece_model(target, files.target.string());
  TokenList source_list, target_list;
  source_list.add(source_model);
  (files.separate_vocabularies ? target_list : source_list).add(target_model);
  for (const std::string& code : files.language_codes) source_list.add(code);

  std::size_t before_padding = source_list.size();
  if (files.separate_vocabularies) {
    before_padding = std::min(before_padding, target_list.size());
    write_whole(folder / "target_vocab.json", target_list.json(before_padding));
  }
  write_whole(folder / "vocab.json", source_list.json(before_padding));
  write_whole(folder / "source.spm", source);
  write_whole(folder / "target.spm", target);
  write_whole(folder / "tokenizer_config.json", config(files));
}

}  // namespace mana::formats
