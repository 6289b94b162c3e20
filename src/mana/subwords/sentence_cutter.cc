#include "mana/subwords/sentence_cutter.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/xxh64.h"
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

// No rule reaches over a space, and every run of spaces becomes one mark before what follows: then what stands between
// spaces becomes the same wherever it stands.
bool is_cut_at_spaces(const SentenceCutting& cutting) {
  return cutting.form.add_dummy_prefix && cutting.form.remove_extra_whitespaces && !cutting.form.whitespace_as_suffix &&
         cutting.split_by_whitespace &&
         std::ranges::none_of(cutting.special, [](const std::string& text) { return text.find(kMark) != text.npos; });
}

class SentenceCutter {
 public:
  explicit SentenceCutter(std::shared_ptr<const Tables> tables)
      : tables_(std::move(tables)), at_spaces_(is_cut_at_spaces(tables_->cutting)), known_(at_spaces_ ? kKnown : 0) {}

  void operator()(std::string_view line, WordTally& words) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.empty()) return;
    if (line.size() > tables_->cutting.max_length || line.find(kUnknown) != std::string_view::npos)
      return words.leave_out_line();
    if (tally_ != &words) forget(words);
    last_.reset();
    if (!at_spaces_) for_each_word(normalized(line), [&](std::string_view word) { take(words.number(word), words); });
    for (std::size_t begin = 0, end = 0; at_spaces_ && begin < line.size(); begin = end + 1) {
      end = std::min(line.find(' ', begin), line.size());
      if (end == begin) continue;
      for (const std::uint32_t word : known(line.substr(begin, end - begin), words)) take(word, words);
    }
    if (!last_) return;
    ending_.assign(words.text(*last_));
    ending_.push_back(kSentenceEnd);
    words.add(ending_);
  }

 private:
  static constexpr std::size_t kKnown = 1 << 15;
  struct Known {
    std::string text;
    std::vector<std::uint32_t> words;  ///< their numbers in the tally
  };

  void forget(const WordTally& words) {
    tally_ = &words;
    std::ranges::fill(known_, Known());
  }

  const std::string& normalized(std::string_view text) {
    normalized_.assign(text, 0, false);
    tables_->normalizer(normalized_);
    mark_boundaries(*tables_, normalized_.text(), marked_);
    return marked_;
  }

  // Most of what stands between spaces has stood there before.
  const std::vector<std::uint32_t>& known(std::string_view text, WordTally& words) {
    Known& known = known_[xxh64(std::as_bytes(std::span(text))) % kKnown];
    if (known.text != text) {
      known.text = text;
      known.words.clear();
      for_each_word(normalized(text), [&](std::string_view word) { known.words.push_back(words.number(word)); });
    }
    return known.words;
  }

  template <class Visit>
  void for_each_word(std::string_view text, Visit&& visit) const {
    const SentenceCutting& cutting = tables_->cutting;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
      end = cutting.split_by_whitespace ? word_end(text, begin, cutting.form.whitespace_as_suffix) : text.size();
      visit(text.substr(begin, end - begin));
    }
  }

  // A word is counted when the next one comes, for the last of a sentence is counted with its end.
  void take(std::uint32_t word, WordTally& words) {
    if (last_) words.add(*last_);
    last_ = word;
  }

  std::shared_ptr<const Tables> tables_;
  bool at_spaces_;
  std::vector<Known> known_;
  const WordTally* tally_ = nullptr;  ///< whose numbers are known
  text::NormalizedText normalized_;
  std::string marked_, ending_;
  std::optional<std::uint32_t> last_;
};

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
  return [cutter = std::make_shared<SentenceCutter>(tables)](std::string_view line, WordTally& words) {
    (*cutter)(line, words);
  };
}

}  // namespace mana::subwords
