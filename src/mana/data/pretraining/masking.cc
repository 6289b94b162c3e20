#include "mana/data/pretraining/masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/word_marks.h"

namespace mana::data {
namespace {

constexpr double kSpanEnd = 0.2;          // p of the geometric distribution
constexpr std::size_t kLongestSpan = 10;  // words

std::int32_t mask_of(const text::Tokenizer& tokenizer) {
  for (const std::string_view name : {"[MASK]", "<mask>"}) {
    if (const auto id = tokenizer.id(name)) return *id;
  }
  throw ArgumentError(
      "the tokenizer has no [MASK] (nor <mask>) to hide words behind; take one with it, or train one with that special "
      "token");
}

bool is_share(double share) { return share >= 0 && share <= 1; }

/// Tokens that are chosen together: places [begin, end).
struct Unit {
  std::uint32_t begin, end;

  std::size_t size() const { return end - begin; }
};

/// All that may be chosen, one behind the other.
std::vector<Unit> units_of(std::span<const std::int32_t> ids, const MaskVocabulary& vocabulary, MaskUnit kind) {
  std::vector<Unit> units;
  units.reserve(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (vocabulary.is_special(ids[i])) continue;
    const bool whole_words = kind != MaskUnit::tokens;
    if (whole_words && vocabulary.continues(ids[i]) && !units.empty() && units.back().end == i) {
      units.back().end = i + 1;
    } else {
      units.push_back({i, i + 1});
    }
  }
  return units;
}

/// What has been chosen of a sequence, until the budget is spent.
class Choices {
 public:
  Choices(std::size_t length, std::size_t budget) : numbers_(length), left_(budget), budget_(budget) {}

  bool spent() const { return left_ == 0; }
  bool none() const { return left_ == budget_; }
  bool fits(const Unit& unit) const { return unit.size() <= left_; }
  bool has(std::uint32_t place) const { return numbers_[place] != 0; }
  /// Of the choice that a place belongs to, from 1.
  std::uint32_t number(std::uint32_t place) const { return numbers_[place]; }

  /// As a choice of its own, or with the one before it.
  void add(const Unit& unit, bool with_last) {
    if (!with_last) ++last_;
    std::fill(numbers_.begin() + unit.begin, numbers_.begin() + unit.end, last_);
    left_ -= std::min(left_, unit.size());
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::size_t left_, budget_;
  std::uint32_t last_ = 0;
};

/// Units in random order, without those that are too large for what is left; but one, if all are.
void choose_units(std::vector<Unit>& units, Random& random, Choices& choices) {
  for (std::size_t left = units.size(); left > 0 && !choices.spent(); --left) {
    std::swap(units[random.below(left)], units[left - 1]);
    const Unit& unit = units[left - 1];
    if (choices.fits(unit) || (choices.none() && left == 1)) choices.add(unit, false);
  }
}

/// Spans that begin anywhere; what is chosen already, too large for what is left or behind a special token ends one.
void choose_spans(std::span<const Unit> units, Random& random, Choices& choices) {
  for (std::size_t attempt = 0; !choices.spent() && attempt < 16 * units.size(); ++attempt) {
    std::size_t words = 1;
    while (words < kLongestSpan && random.uniform() >= kSpanEnd) ++words;
    const std::size_t begin = random.below(units.size());
    const std::size_t end = std::min(begin + words, units.size());
    for (std::size_t i = begin; i < end; ++i) {
      const bool goes_on = i > begin;
      if (goes_on && units[i].begin != units[i - 1].end) break;
      if (choices.has(units[i].begin) || !(choices.fits(units[i]) || choices.none())) break;
      choices.add(units[i], goes_on);
    }
  }
}

}  // namespace

MaskVocabulary::MaskVocabulary(const text::Tokenizer& tokenizer) : mask_(mask_of(tokenizer)) {
  std::vector<std::int32_t> wrapped;
  tokenizer.wrap(std::span(&mask_, 1), wrapped);
  if (wrapped.size() != 3 || wrapped[1] != mask_) {
    throw ArgumentError(
        "the tokenizer puts no token before a text and one behind it, as BERT's does with [CLS] and [SEP]; take one "
        "that "
        "does");
  }
  begin_ = wrapped.front();
  separator_ = wrapped.back();

  const std::size_t size = id_end(tokenizer);
  const WordMarks marks(tokenizer, size);
  kinds_.assign(size, Kind::special);
  for (std::size_t i = 0; i < size; ++i) {
    const auto id = static_cast<std::int32_t>(i);
    const auto token = tokenizer.find_token(id);
    if (!token || tokenizer.is_special(id)) continue;
    kinds_[i] = marks.continues(*token) ? Kind::continuation : Kind::word;
  }
  for (const std::string_view name :
       {"[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "<unk>", "<pad>", "<s>", "</s>", "<mask>"}) {
    if (const auto id = tokenizer.id(name)) kinds_[static_cast<std::size_t>(*id)] = Kind::special;
  }
  for (const std::int32_t id : {begin_, separator_}) kinds_[static_cast<std::size_t>(id)] = Kind::special;
  for (std::size_t i = 0; i < size; ++i) {
    if (kinds_[i] != Kind::special) ordinary_.push_back(static_cast<std::int32_t>(i));
  }
  if (ordinary_.empty()) throw ArgumentError("the tokenizer has special tokens alone; there is no word to learn");
}

Masking::Masking(const MaskVocabulary& vocabulary, const MaskRule& rule) : vocabulary_(vocabulary), rule_(rule) {
  if (!(rule.rate > 0 && rule.rate < 1))
    throw ArgumentError(fmt::format("`rate` is {}; give a share of the tokens, such as 0.15", rule.rate));
  if (!is_share(rule.masked) || !is_share(rule.random) || rule.masked + rule.random > 1) {
    throw ArgumentError(
        fmt::format("`masked` {} and `random` {} must be shares of the chosen tokens that add up to at most 1",
                    rule.masked, rule.random));
  }
}

void Masking::hide(std::span<std::int32_t> ids, std::uint32_t first, Random random, std::vector<std::uint32_t>& chosen,
                   std::vector<std::int32_t>& originals) const {
  std::vector<Unit> units = units_of(ids, vocabulary_, rule_.unit);
  std::size_t tokens = 0;
  for (const Unit& unit : units) tokens += unit.size();
  if (tokens == 0) return;
  const double wanted = rule_.rate * static_cast<double>(tokens);
  const std::size_t budget = std::max<std::size_t>(1, static_cast<std::size_t>(wanted + random.uniform()));
  Choices choices(ids.size(), budget);
  if (rule_.unit == MaskUnit::spans) {
    choose_spans(units, random, choices);
  } else {
    choose_units(units, random, choices);
  }

  const std::uint64_t fates = random.next();
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (!choices.has(i)) continue;
    chosen.push_back(first + i);
    originals.push_back(ids[i]);
    // The tokens of a span fare alike, as in its paper; all others each by itself.
    const std::uint64_t fate_of = rule_.unit == MaskUnit::spans ? choices.number(i) : i;
    const double fate = Random(Random::key(fates, fate_of)).uniform();
    if (fate < rule_.masked) {
      ids[i] = vocabulary_.mask();
    } else if (fate < rule_.masked + rule_.random) {
      ids[i] = vocabulary_.draw(random);
    }
  }
}

}  // namespace mana::data
