#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "mana/text/added_tokens.h"
#include "mana/text/byte_pair_encoding.h"
#include "mana/text/decoder.h"
#include "mana/text/marian_vocabulary.h"
#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/template.h"
#include "mana/text/unigram.h"
#include "mana/text/word_level.h"
#include "mana/text/word_piece.h"

namespace mana::text {

/// What cuts words into tokens; each kind is called with a text, its words, what it keeps from text to text and where
/// the pieces go.
using Model = std::variant<WordPiece, WordLevel, BytePairEncoding, Unigram>;

/// What one text leaves behind so that the next costs less: memory, and how words were cut.
struct Scratch {
  NormalizedText normalized;
  NormalizedText rewritten;  ///< by pre-tokenizers that change the text
  Words words;
  ModelMemory memory;
  Pieces pieces;
};

/// The stages of a `tokenizer.json`.
struct Tokenizer::Pipeline {
  AddedTokens added = {};
  Normalizers normalizers = {};
  PreTokenizers pre_tokenizers = {};
  Model model;
  std::optional<MarianVocabulary> marian = {};  ///< gives the model's pieces their ids
  Template single = {}, pair = {};
  Decoders decoders = {};
  bool truncate_left = false;             ///< what is too much is cut off at the beginning
  bool trim_offsets = false;              ///< white space at a token's ends is no part of it
  bool prefix_space = false;              ///< but one before the first token is
  bool type_ids = false;                  ///< the model is given the types of the template
  std::vector<TokenId> special_ids = {};  ///< what the settings call special, ascending
  std::optional<std::size_t> model_max_length = {};
  std::string max_length_fault = {};  ///< why there is none, where one is said that cannot be
  std::string place = {};             ///< the file that the vocabulary is from
  std::vector<std::string> notes = {};
  std::shared_ptr<const void> owner = {};  ///< of what the stages are views of

  const Vocabulary& vocabulary() const { return marian ? marian->tokens() : pieces(); }
  /// Those of the model alone.
  const Vocabulary& pieces() const {
    return std::visit([](const auto& kind) -> const Vocabulary& { return kind.vocabulary(); }, model);
  }
  std::optional<TokenId> id(std::string_view token) const;
  std::optional<std::string_view> token(TokenId id) const;

  /// Calls emit(id, where it came from) for every token of a text in valid UTF-8, in order. Without `tracked` places
  /// mean nothing.
  template <class Emit>
  void run(std::string_view text, bool tracked, Scratch& scratch, Emit&& emit) const;
};

/// Where to cut a long text so that its part from `begin` can be tokenised by itself and stays in the processor's
/// caches.
std::size_t part_end(std::string_view text, std::size_t begin, PartEnds ends);

template <class Emit>
void Tokenizer::Pipeline::run(std::string_view text, bool tracked, Scratch& scratch, Emit&& emit) const {
  auto& [normalized, rewritten, words, memory, pieces] = scratch;
  const bool sources = tracked || pre_tokenizers.needs_sources();
  const auto tokenize = [&](Range part) {
    const NormalizedText& cut = pre_tokenizers(normalized, part, rewritten, words);
    pieces.clear();
    std::visit([&](const auto& kind) { kind(cut.text(), words, memory, pieces); }, model);
    if (marian) marian->number(cut.text(), pieces);
    for (const Piece& piece : pieces) emit(piece.id, cut.whole_source(piece.range));
  };
  const auto normalize = [&](std::string_view part, std::size_t begin) {
    normalized.assign(part, static_cast<std::uint32_t>(begin), sources);
    normalizers(normalized);
  };
  PartEnds ends = normalizers.local() && !added.any_normalized() ? pre_tokenizers.part_ends() : PartEnds::none;
  if (ends == PartEnds::behind_space && normalizers.space_first()) ends = PartEnds::before_space;
  const auto on_text = [&](Range range) {
    const std::string_view between = text.substr(0, range.end);
    if (const auto code = marian ? marian->language_code(between.substr(range.begin)) : std::nullopt) {
      emit(code->id, Offsets{range.begin, range.begin + code->size});
      range.begin += code->size;
    }
    for (std::size_t begin = range.begin; begin < range.end;) {
      const std::size_t end = part_end(between, begin, ends);
      normalize(between.substr(begin, end - begin), begin);
      const Range all{0, static_cast<std::uint32_t>(normalized.text().size())};
      if (added.any_normalized()) {
        added.split_normalized(
            normalized.text(), [&](TokenId id, Range found) { emit(id, normalized.source(found)); }, tokenize);
      } else {
        tokenize(all);
      }
      begin = end;
    }
  };
  added.split_original(
      text,
      [&](TokenId id, Range found) {
        emit(id, Offsets{found.begin, found.end});
      },
      on_text);
}

}  // namespace mana::text
