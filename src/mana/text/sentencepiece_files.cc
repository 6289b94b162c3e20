#include "mana/text/sentencepiece_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"

namespace mana::text {
namespace {

using Kind = SentencePieceModel::Kind;

constexpr std::string_view kSpaceMark = "\u2581";
constexpr int kSentinels = 100;

// The pieces with the ids that a family gives them, and the ids of these tokens.
struct Numbered {
  Vocabulary vocabulary;
  std::vector<TokenId> ids;  // by place in the file
};

Numbered numbered(const SentencePieceModel& model, SentencePieceFamily family, std::string_view place) {
  Numbered all;
  TokenId next = 0;
  const auto insert = [&](std::string_view text) {
    all.vocabulary.insert(text, next);
    return next++;
  };
  std::size_t first = 0;
  if (family == SentencePieceFamily::xlm_roberta) {
    constexpr std::string_view kFirst[] = {"<unk>", "<s>", "</s>"};
    for (const std::string_view token : kFirst) {
      if (first == model.pieces.size() || model.pieces[first].text != token) {
        throw FormatError(
            fmt::format("{}: piece {} is not \"{}\", as it is in a file of XLM-RoBERTa", place, first, token));
      }
      ++first;
    }
    all.ids = {3, 0, 2};
    for (const std::string_view token : {"<s>", "<pad>", "</s>", "<unk>"}) insert(token);
  }
  for (; first < model.pieces.size(); ++first) all.ids.push_back(insert(model.pieces[first].text));
  if (family == SentencePieceFamily::xlm_roberta) insert("<mask>");
  if (family == SentencePieceFamily::t5 && !all.vocabulary.id("<extra_id_0>")) {
    for (int i = kSentinels; i-- > 0;) insert(fmt::format("<extra_id_{}>", i));
  }
  return all;
}

Unigram unigram(const SentencePieceModel& model, Numbered numbered) {
  float lowest = std::numeric_limits<float>::max(), highest = std::numeric_limits<float>::min();
  for (const auto& piece : model.pieces) {
    if (piece.kind != Kind::normal) continue;
    lowest = std::min(lowest, piece.score);
    highest = std::max(highest, piece.score);
  }
  Unigram::Parts parts;
  parts.scores.resize(numbered.vocabulary.id_end());
  for (std::size_t i = 0; i < model.pieces.size(); ++i) {
    const auto& [text, score, kind] = model.pieces[i];
    if (kind != Kind::normal && kind != Kind::user_defined) continue;
    parts.pieces.push_back({text, numbered.ids[i]});
    // What the user defined is taken wherever it is found, or nearly so.
    parts.scores[static_cast<std::size_t>(numbered.ids[i])] =
        kind == Kind::user_defined ? static_cast<double>(static_cast<float>(text.size()) * highest) - 0.1 : score;
  }
  parts.unknown = numbered.ids[static_cast<std::size_t>(model.unknown)];
  parts.unknown_score = lowest - Unigram::kUnknownPenalty;
  if (model.byte_fallback) parts.bytes = byte_tokens(numbered.vocabulary);
  parts.reference = Unigram::Reference::sentence_piece;
  parts.vocabulary = std::move(numbered.vocabulary);
  return Unigram(std::move(parts));
}

// Two pieces that are one piece together are merged, those of the highest score first.
BytePairEncoding byte_pairs(const SentencePieceModel& model, Numbered numbered, std::string_view place) {
  std::vector<const SentencePieceModel::Piece*> by_score;
  const auto looked_for = static_cast<std::size_t>(
      std::ranges::count_if(model.pieces, [](const auto& piece) { return piece.is_looked_for(); }));
  for (const auto& piece : model.pieces) {
    if (piece.kind == Kind::unused) {
      throw FormatError(fmt::format("{}: the piece \"{}\" is marked as unused, which is not supported with BPE", place,
                                    printable(piece.text)));
    }
    if (piece.kind == Kind::normal) by_score.push_back(&piece);
  }
  // Of equal scores the first in the file comes first.
  std::ranges::sort(by_score, {}, [](const auto* piece) { return std::pair(-piece->score, piece); });
  TokenTable known;
  for (const auto* piece : by_score) known.insert(piece->text, 0);
  std::vector<BytePairEncoding::Pair> merges;
  for (const auto* piece : by_score) {
    const std::string_view text = piece->text;
    for (std::size_t at = code_point_size(text[0]); at < text.size(); at += code_point_size(text[at])) {
      const std::string_view left = text.substr(0, at), right = text.substr(at);
      if (known.find(left) != TokenTable::kNone && known.find(right) != TokenTable::kNone)
        merges.push_back({left, right});
    }
  }
  const BytePairEncoding::Options options{.unknown_token = model.pieces[static_cast<std::size_t>(model.unknown)].text,
                                          .fuse_unknown = true,
                                          .byte_fallback = model.byte_fallback,
                                          .ignore_merges = by_score.size() < looked_for};  // symbols are tokens
  return {std::move(numbered.vocabulary), merges, options, place};
}

// Whether no piece goes on behind a space, so that every space begins a word.
bool has_words(const SentencePieceModel& model) {
  return !model.whitespace_as_suffix && model.escape_whitespaces &&
         std::ranges::all_of(model.pieces, [](const SentencePieceModel::Piece& piece) {
           return !piece.is_looked_for() || piece.text.find(kSpaceMark, 1) == std::string::npos;
         });
}

std::vector<std::string> user_defined(const SentencePieceModel& model) {
  std::vector<std::string> symbols;
  for (const auto& piece : model.pieces) {
    if (piece.kind == Kind::user_defined) symbols.push_back(piece.text);
  }
  return symbols;
}

// Any of the symbols, the longest that there is.
RegularExpression any_of(std::vector<std::string> symbols) {
  std::ranges::sort(symbols, std::greater(), &std::string::size);
  std::string pattern;
  for (const std::string& symbol : symbols) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : symbol) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && static_cast<signed char>(c) >= 0) pattern += '\\';
      pattern += c;
    }
  }
  return RegularExpression(pattern);
}

// Symbols are words, and where every space begins a word, so is what is between spaces: then words need not be cut
// anew.
std::vector<PreTokenizer> words_of_byte_pairs(const SentencePieceModel& model) {
  std::vector<PreTokenizer> stages;
  if (const std::vector<std::string> symbols = user_defined(model); !symbols.empty()) {
    stages.emplace_back(SplitExpression{any_of(symbols), Delimiter::isolated});
  }
  if (has_words(model)) stages.emplace_back(Metaspace{.prepend = Metaspace::Prepend::never});
  return stages;
}

Model cutting_model(const SentencePieceModel& model, Numbered numbered, std::string_view place) {
  if (model.type == SentencePieceModel::Type::unigram) return unigram(model, std::move(numbered));
  if (model.type == SentencePieceModel::Type::byte_pairs) return byte_pairs(model, std::move(numbered), place);
  throw FormatError(fmt::format("{}: the model is of words or characters; Unigram and BPE are supported", place));
}

void set_template(SentencePieceFamily family, std::string_view place, Tokenizer::Pipeline& pipeline) {
  pipeline.single = Template::plain(false);
  pipeline.pair = Template::plain(true);
  if (family == SentencePieceFamily::plain) return;
  const auto end = pipeline.vocabulary().id("</s>");
  if (!end) throw FormatError(fmt::format("{} lacks the token \"</s>\", which ends every text", place));
  if (family == SentencePieceFamily::xlm_roberta) {
    pipeline.single = Template::roberta(false, 0, *end);
    pipeline.pair = Template::roberta(true, 0, *end);
    return;
  }
  const Template::Part behind{Template::Source::special, {*end}, 0};
  const Template::Part first{Template::Source::first, {}, 0}, second{Template::Source::second, {}, 0};
  pipeline.single.parts = {first, behind};
  pipeline.pair.parts = {first, behind, second, behind};
}

}  // namespace

std::optional<std::filesystem::path> sentencepiece_file(const std::filesystem::path& folder) {
  for (const char* name : {"spiece.model", "sentencepiece.bpe.model", "sentencepiece.model", "tokenizer.model"}) {
    if (file_exists(folder / name)) return folder / name;
  }
  return std::nullopt;
}

SentencePieceFamily family_of_file(const std::filesystem::path& file) {
  if (file.filename() == "spiece.model") return SentencePieceFamily::t5;
  if (file.filename() == "sentencepiece.bpe.model") return SentencePieceFamily::xlm_roberta;
  return SentencePieceFamily::plain;
}

Tokenizer::Pipeline sentencepiece_stages(const SentencePieceModel& model, SentencePieceFamily family,
                                         std::string_view place, std::vector<AddedToken>& added) {
  SentencePieceNormalizer normalizer({.map = model.map,
                                      .symbols = user_defined(model),
                                      .add_dummy_prefix = model.add_dummy_prefix,
                                      .remove_extra_whitespaces = model.remove_extra_whitespaces,
                                      .escape_whitespaces = model.escape_whitespaces,
                                      .whitespace_as_suffix = model.whitespace_as_suffix});
  Tokenizer::Pipeline pipeline{.normalizers = {{std::move(normalizer)}},
                               .model = cutting_model(model, numbered(model, family, place), place)};
  if (model.type == SentencePieceModel::Type::byte_pairs) pipeline.pre_tokenizers.stages = words_of_byte_pairs(model);
  if (model.byte_fallback) pipeline.decoders.stages.emplace_back(ByteFallbackDecoder{});
  pipeline.decoders.stages.emplace_back(MetaspaceDecoder{.prepended = model.add_dummy_prefix});
  set_template(family, place, pipeline);

  const auto add = [&](std::string_view token) {
    added.push_back({.content = std::string(token), .normalized = false, .special = true});
  };
  for (const auto& piece : model.pieces) {
    if (piece.kind == Kind::control || piece.kind == Kind::unknown) add(piece.text);
  }
  if (family == SentencePieceFamily::xlm_roberta) {
    add("<pad>");
    add("<mask>");
  }
  if (family == SentencePieceFamily::t5) {
    for (int i = 0; i < kSentinels; ++i) add(fmt::format("<extra_id_{}>", i));
  }
  pipeline.place = place;
  return pipeline;
}

}  // namespace mana::text
