#include "mana/data/pretraining/masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "mana/base/errors.h"

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

/// What a token that goes on with a word lacks ("Ġ", "▁") or has ("##").
struct WordMarks {
  std::string_view continued, begun;
};

WordMarks marks_of(const text::Tokenizer& tokenizer, std::size_t size) {
  WordMarks marks;
  for (std::size_t id = 0; id < size; ++id) {
    const auto token = tokenizer.find_token(static_cast<std::int32_t>(id));
    if (!token) continue;
    if (token->size() > 2 && token->starts_with("##")) return {.continued = "##", .begun = {}};
    for (const std::string_view mark : {"Ġ", "▁"}) {
      if (token->size() > mark.size() && token->starts_with(mark)) marks.begun = mark;
    }
  }
  return marks;
}

bool is_share(double share) { return share >= 0 && share <= 1; }

}  // namespace

std::size_t id_end(const text::Tokenizer& tokenizer) {
  const std::size_t tokens = tokenizer.vocabulary_size();
  const std::size_t limit = 2 * tokens + (std::size_t{1} << 21);  // no vocabulary has larger ids
  std::size_t end = 0;
  for (std::size_t id = 0, found = 0; id < limit && found < tokens; ++id) {
    if (!tokenizer.find_token(static_cast<std::int32_t>(id))) continue;
    end = id + 1;
    ++found;
  }
  return end;
}

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
  const WordMarks marks = marks_of(tokenizer, size);
  kinds_.assign(size, Kind::special);
  for (std::size_t i = 0; i < size; ++i) {
    const auto id = static_cast<std::int32_t>(i);
    const auto token = tokenizer.find_token(id);
    if (!token || tokenizer.is_special(id)) continue;
    const bool continues = !marks.continued.empty() ? token->size() > 2 && token->starts_with(marks.continued)
                                                    : !marks.begun.empty() && !token->starts_with(marks.begun);
    kinds_[i] = continues ? Kind::continuation : Kind::word;
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
  // Words (or tokens) that may be chosen, one behind the other.
  struct Unit {
    std::uint32_t begin, end;
  };
  std::vector<Unit> units;
  units.reserve(ids.size());
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (vocabulary_.is_special(ids[i])) continue;
    ++count;
    const bool joins =
        rule_.unit != MaskUnit::tokens && vocabulary_.continues(ids[i]) && !units.empty() && units.back().end == i;
    if (joins) {
      units.back().end = i + 1;
    } else {
      units.push_back({i, i + 1});
    }
  }
  if (count == 0) return;
  const double wanted = rule_.rate * static_cast<double>(count);
  const std::size_t budget = std::max<std::size_t>(1, static_cast<std::size_t>(wanted + random.uniform()));

  // 0: not chosen; else 1 + the number of the choice, whose tokens fare alike where they are a span.
  std::vector<std::uint32_t> choice(ids.size(), 0);
  std::size_t hidden = 0;
  std::uint32_t choices = 0;
  const auto size = [](const Unit& unit) { return unit.end - unit.begin; };
  const auto choose = [&](const Unit& unit) {
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) choice[i] = choices;
    hidden += size(unit);
  };
  if (rule_.unit == MaskUnit::spans) {
    // Spans that begin anywhere, until the budget is spent; what is chosen already, or no longer fits, ends one.
    for (std::size_t attempt = 0; hidden < budget && attempt < 16 * units.size(); ++attempt) {
      std::size_t words = 1;
      while (words < kLongestSpan && random.uniform() >= kSpanEnd) ++words;
      ++choices;
      const std::size_t begin = random.below(units.size());
      for (std::size_t i = begin; words > 0 && i < units.size(); ++i, --words) {
        if (i > begin && units[i].begin != units[i - 1].end) break;  // a special token lies between
        if (choice[units[i].begin] != 0 || (hidden + size(units[i]) > budget && hidden > 0)) break;
        choose(units[i]);
      }
    }
  } else {
    for (std::size_t left = units.size(); left > 0 && hidden < budget; --left) {
      std::swap(units[random.below(left)], units[left - 1]);
      if (hidden + size(units[left - 1]) > budget && (hidden > 0 || left > 1)) continue;
      ++choices;
      choose(units[left - 1]);
    }
  }

  const std::uint64_t fates = random.next();
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (choice[i] == 0) continue;
    chosen.push_back(first + i);
    originals.push_back(ids[i]);
    const std::uint64_t fate_of = rule_.unit == MaskUnit::spans ? choice[i] : i;
    const double fate = Random(Random::key(fates, fate_of)).uniform();
    if (fate < rule_.masked) {
      ids[i] = vocabulary_.mask();
    } else if (fate < rule_.masked + rule_.random) {
      ids[i] = vocabulary_.draw(random);
    }
  }
}

}  // namespace mana::data
