#include "mana/jobs/translator_tokenizers.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/marian_tokenizers.h"
#include "mana/text/sentencepiece_files.h"

namespace mana::jobs {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kEnd = "</s>", kPad = "<pad>";

constexpr std::array<const char*, 8> kFiles = {"source.spm",        "target.spm",
                                               "vocab.json",        "tokenizer.json",
                                               "target_vocab.json", "tokenizer_config.json",
                                               "merges.txt",        "special_tokens_map.json"};

void copy_files(const fs::path& from, const fs::path& to) {
  for (const char* name : kFiles) {
    if (!file_exists(from / name)) continue;
    AtomicFile file(to / name);
    file.write(read_file(from / name));
    file.commit();
  }
}

fs::path pieces_of(const fs::path& folder) {
  if (const auto file = text::sentencepiece_file(folder)) return *file;
  throw ArgumentError(
      fmt::format("{} holds no .model file of SentencePiece, of which MarianMT makes two tokenizers; name one for both "
                  "sides with `tokenizer`, or train with the type unigram or bpe",
                  folder.string()));
}

/// A template that puts `end` behind every text, behind whatever stage there is.
void end_texts(ordered_json& stages, text::TokenId end) {
  const ordered_json first = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                     second = {{"Sequence", {{"id", "B"}, {"type_id", 0}}}},
                     last = {{"SpecialToken", {{"id", kEnd}, {"type_id", 0}}}};
  const ordered_json ending = {{"type", "TemplateProcessing"},
                               {"single", {first, last}},
                               {"pair", {first, second, last}},
                               {"special_tokens", {{kEnd, {{"id", kEnd}, {"ids", {end}}, {"tokens", {kEnd}}}}}}};
  ordered_json& before = stages["post_processor"];
  if (before.is_null()) {
    before = ending;
  } else {
    before = {{"type", "Sequence"}, {"processors", {before, ending}}};
  }
}

text::TokenId id_of(const text::Tokenizer& tokenizer, std::string_view token, std::string_view purpose) {
  if (const auto id = tokenizer.id(token)) return *id;
  throw ArgumentError(fmt::format("the tokenizer has no token {}, which {}; train it with --special \"{},{}\"", token,
                                  purpose, kEnd, kPad));
}

text::TokenId end_of(const text::Tokenizer& tokenizer) { return id_of(tokenizer, kEnd, "ends every text"); }
text::TokenId pad_of(const text::Tokenizer& tokenizer) { return id_of(tokenizer, kPad, "a translation begins with"); }

/// A tokenizer of another kind than SentencePiece's, which may have to learn to end its texts.
void write_one(const fs::path& from, const fs::path& to) {
  copy_files(from, to);
  const text::Tokenizer tokenizer = text::Tokenizer::load(from);
  const text::TokenId end = end_of(tokenizer);
  if (tokenizer.encode("").ids == std::vector{end} || !file_exists(from / "tokenizer.json")) return;
  ordered_json stages = ordered_json::parse(read_file(from / "tokenizer.json"));
  end_texts(stages, end);
  AtomicFile file(to / "tokenizer.json");
  file.write(stages.dump());
  file.commit();
}

}  // namespace

TranslatorTokenizers::TranslatorTokenizers(const TokenizerChoice& choice, std::size_t max_length) {
  write_files(choice, max_length);
  tokenizers_ = std::make_unique<const text::MarianTokenizers>(text::read_marian_tokenizers(files_.path()));
  end_ = end_of(target());
  pad_ = pad_of(target());
  if (end_of(source()) == end_ && pad_of(source()) == pad_) return;
  throw ArgumentError(fmt::format("{} and {} have other ids in the one tokenizer than in the other", kEnd, kPad));
}

void TranslatorTokenizers::write_files(const TokenizerChoice& choice, std::size_t max_length) const {
  if (!choice.model.empty()) return copy_files(choice.model, files_.path());
  formats::MarianTokenizerFiles marian;
  marian.max_length = max_length;
  if (choice.separate()) {
    marian.source = pieces_of(choice.source);
    marian.target = pieces_of(choice.target);
    marian.separate_vocabularies = true;
  } else if (const auto pieces = text::sentencepiece_file(choice.both)) {
    marian.source = marian.target = *pieces;
  } else {
    return write_one(choice.both, files_.path());
  }
  formats::write_marian_tokenizers(files_.path(), marian);
}

void TranslatorTokenizers::copy_into(const fs::path& folder) const { copy_files(files_.path(), folder); }

}  // namespace mana::jobs
