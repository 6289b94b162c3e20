#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>

#include "mana/subwords/sentencepiece_writer.h"
#include "mana/subwords/stages_json.h"
#include "mana/text/base64.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

using nlohmann::ordered_json;
using Model = TrainedSentencePieces;

constexpr std::string_view kMark = "\u2581";

ordered_json added_tokens(const Model& model) {
  ordered_json tokens = ordered_json::array();
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const Model::Piece& piece = model.pieces[id];
    if (piece.kind != Model::Kind::control && piece.kind != Model::Kind::unknown) continue;
    tokens.push_back(special_token_json(id, piece.text));
  }
  return tokens;
}

ordered_json normalizer(const Model& model) {
  ordered_json stages = ordered_json::array();
  if (!model.character_map.empty()) {
    stages.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", text::encode_base64(model.character_map)}});
  }
  if (model.form.remove_extra_whitespaces) {
    stages.push_back({{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
    stages.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
  }
  if (stages.empty()) return nullptr;
  return {{"type", "Sequence"}, {"normalizers", stages}};
}

ordered_json metaspace(const Model& model) {
  return {{"type", "Metaspace"},
          {"replacement", kMark},
          {"prepend_scheme", model.form.add_dummy_prefix ? "always" : "never"},
          {"split", model.rules.split_by_whitespace}};
}

ordered_json decoder(const Model& model) {
  if (!model.byte_fallback) return metaspace(model);
  ordered_json stages = {{{"type", "Replace"}, {"pattern", {{"String", kMark}}}, {"content", " "}},
                         {{"type", "ByteFallback"}},
                         {{"type", "Fuse"}}};
  if (model.form.add_dummy_prefix) {
    stages.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  }
  return {{"type", "Sequence"}, {"decoders", stages}};
}

ordered_json unigram(const Model& model) {
  ordered_json vocabulary = ordered_json::array();
  for (const Model::Piece& piece : model.pieces) {
    vocabulary.push_back(ordered_json::array({piece.text, static_cast<double>(piece.score)}));
  }
  return {{"type", "Unigram"},
          {"unk_id", model.id("<unk>")},
          {"vocab", vocabulary},
          {"byte_fallback", model.byte_fallback}};
}

// All pairs of pieces that make one, in the order of what they make; of those that make the same, in the order of the
// parts.
ordered_json merges(const Model& model) {
  std::unordered_map<std::string_view, std::size_t> ids;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    if (model.pieces[id].kind == Model::Kind::normal) ids.emplace(model.pieces[id].text, id);
  }
  struct Merge {
    std::size_t whole, left, right;
  };
  std::vector<Merge> found;
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    if (model.pieces[id].kind != Model::Kind::normal) continue;
    const std::string_view whole = model.pieces[id].text;
    for (std::size_t at = 1; at < whole.size(); ++at) {
      if (text::is_continuation(whole[at])) continue;
      const auto left = ids.find(whole.substr(0, at)), right = ids.find(whole.substr(at));
      if (left != ids.end() && right != ids.end()) found.push_back({id, left->second, right->second});
    }
  }
  std::ranges::sort(found, [&](const Merge& a, const Merge& b) {
    return std::tuple(-model.pieces[a.whole].score, a.left, a.right) <
           std::tuple(-model.pieces[b.whole].score, b.left, b.right);
  });
  ordered_json all = ordered_json::array();
  for (const Merge& merge : found) {
    all.push_back(ordered_json::array({model.pieces[merge.left].text, model.pieces[merge.right].text}));
  }
  return all;
}

ordered_json byte_pairs(const Model& model) {
  ordered_json vocabulary = ordered_json::object();
  for (std::size_t id = 0; id < model.pieces.size(); ++id) vocabulary.emplace(model.pieces[id].text, id);
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", "<unk>"},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", true},
          {"byte_fallback", model.byte_fallback},
          {"ignore_merges", false},
          {"vocab", vocabulary},
          {"merges", merges(model)}};
}

}  // namespace

std::string write_sentencepiece_json(const Model& model) {
  const ordered_json json = {{"version", "1.0"},
                             {"truncation", nullptr},
                             {"padding", nullptr},
                             {"added_tokens", added_tokens(model)},
                             {"normalizer", normalizer(model)},
                             {"pre_tokenizer", metaspace(model)},
                             {"post_processor", nullptr},
                             {"decoder", decoder(model)},
                             {"model", model.type == Model::Type::unigram ? unigram(model) : byte_pairs(model)}};
  return json.dump(2) + '\n';
}

}  // namespace mana::subwords
