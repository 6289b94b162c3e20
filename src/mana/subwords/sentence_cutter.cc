#include "mana/subwords/sentence_cutter.h"

#include <memory>
#include <utility>

#include "mana/subwords/piece_rules.h"
#include "mana/subwords/sentence_words.h"
#include "mana/text/normalized_text.h"
#include "mana/text/piece_trie.h"
#include "mana/text/sentencepiece_normalizer.h"

namespace mana::subwords {
namespace {

constexpr std::string_view kMark = "\u2581", kUnknown = "\u2585";
constexpr char kBoundaryByte = static_cast<char>(kBoundary);

struct Tables {
  text::SentencePieceNormalizer normalizer;
  text::PieceTrie special;
  bool has_special;
  SentenceCutting cutting;
};

text::PieceTrie trie_of(const std::vector<std::string>& texts) {
  std::vector<text::PieceTrie::Piece> pieces;
  pieces.reserve(texts.size());
  for (const std::string& each : texts) pieces.push_back({each, 0});
  return text::PieceTrie(std::move(pieces));
}

text::SentencePieceNormalizer normalizer_of(const SentenceCutting& cutting) {
  text::SentencePieceNormalizer::Settings settings;
  if (!cutting.character_map.empty()) settings.map = text::CharacterMap(cutting.character_map);
  settings.add_dummy_prefix = cutting.form.add_dummy_prefix;
  settings.remove_extra_whitespaces = cutting.form.remove_extra_whitespaces;
  settings.whitespace_as_suffix = cutting.form.whitespace_as_suffix;
  return text::SentencePieceNormalizer(std::move(settings));
}

// The longest special token at a place becomes the boundary, and so does U+0000.
void mark_boundaries(const Tables& tables, std::string_view sentence, std::string& marked) {
  marked.clear();
  const char* const end = sentence.data() + sentence.size();
  for (const char* at = sentence.data(); at < end;) {
    const char* behind = nullptr;
    if (tables.has_special) tables.special.for_each_prefix(at, end, [&](text::TokenId, const char* e) { behind = e; });
    if (*at == '\0') behind = at + 1;
    if (behind != nullptr) {
      marked.push_back(kBoundaryByte);
      at = behind;
    } else {
      const std::size_t size = text::code_point_size(*at);
      marked.append(at, size);
      at += size;
    }
  }
}

// Where the word ends that begins at `begin`: before the next space mark, or behind it.
std::size_t word_end(std::string_view sentence, std::size_t begin, bool as_suffix) {
  const std::size_t mark = sentence.find(kMark, as_suffix ? begin : begin + 1);
  if (mark == std::string_view::npos) return sentence.size();
  return as_suffix ? mark + kMark.size() : mark;
}

}  // namespace

std::string SentenceForm::compiled() const {
  CharacterRules rules = character_rules(normalization);
  set_zero_width_non_joiner(rules, zero_width_non_joiner);
  if (persian) add_persian_folding(rules);
  return compile_rules(rules);
}

WordCutter sentence_cutter(const SentenceCutting& cutting) {
  const auto tables = std::make_shared<const Tables>(
      Tables{normalizer_of(cutting), trie_of(cutting.special), !cutting.special.empty(), cutting});
  struct Memory {
    text::NormalizedText normalized;
    std::string marked, word;
  };
  return [tables, memory = std::make_shared<Memory>()](std::string_view line, WordTally& words) {
    auto& [normalized, marked, word] = *memory;
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.empty() || line.size() > tables->cutting.max_length) return;
    if (line.find(kUnknown) != std::string_view::npos) return;
    normalized.assign(line, 0, false);
    tables->normalizer(normalized);
    mark_boundaries(*tables, normalized.text(), marked);
    const std::string_view sentence = marked;
    for (std::size_t begin = 0, end = 0; begin < sentence.size(); begin = end) {
      end = tables->cutting.split_by_whitespace ? word_end(sentence, begin, tables->cutting.form.whitespace_as_suffix)
                                                : sentence.size();
      word = sentence.substr(begin, end - begin);
      if (end == sentence.size()) word.push_back(kSentenceEnd);
      words.add(word);
    }
  };
}

}  // namespace mana::subwords
