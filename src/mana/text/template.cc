#include "mana/text/template.h"

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"

namespace mana::text {

std::size_t Template::special_count() const {
  std::size_t count = 0;
  for (const Part& part : parts) {
    if (part.source == Source::special) count += part.ids.size();
  }
  return count;
}

Template Template::plain(bool pair) {
  Template form{{{Source::first, {}, 0}}};
  if (pair) form.parts.push_back({Source::second, {}, 1});
  return form;
}

Template Template::bert(bool pair, TokenId cls, TokenId sep) {
  Template form{{{Source::special, {cls}, 0}, {Source::first, {}, 0}, {Source::special, {sep}, 0}}};
  if (pair) {
    form.parts.push_back({Source::second, {}, 1});
    form.parts.push_back({Source::special, {sep}, 1});
  }
  return form;
}

Template Template::roberta(bool pair, TokenId cls, TokenId sep) {
  Template form{{{Source::special, {cls}, 0}, {Source::first, {}, 0}, {Source::special, {sep}, 0}}};
  if (pair) {
    form.parts.push_back({Source::special, {sep}, 0});
    form.parts.push_back({Source::second, {}, 0});
    form.parts.push_back({Source::special, {sep}, 0});
  }
  return form;
}

void TokenSequence::clear() {
  ids.clear();
  offsets.clear();
  total = 0;
}

void TokenSequence::truncate(std::size_t count, bool left) {
  if (count >= ids.size()) return;
  if (left) {
    ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(count));
    offsets.erase(offsets.begin(), offsets.end() - static_cast<std::ptrdiff_t>(std::min(count, offsets.size())));
  } else {
    ids.resize(count);
    offsets.resize(std::min(count, offsets.size()));
  }
}

void throw_no_second_text() {
  throw ArgumentError("truncation only_second needs a second text; give a pair or another strategy");
}

void truncate(TokenSequence& first, TokenSequence* second, std::size_t budget, Truncation strategy, bool left) {
  const std::size_t total = first.total + (second ? second->total : 0);
  if (total <= budget) return;
  if (budget == 0) {
    first.truncate(0, left);
    if (second) second->truncate(0, left);
    return;
  }
  if (strategy == Truncation::longest_first) {
    if (!second) return first.truncate(budget, left);
    // The shorter text keeps all that it has as long as that is not more than half.
    const std::size_t shorter = std::min({first.total, second->total, budget / 2});
    const std::size_t longer = budget - shorter;
    const bool swapped = first.total > second->total;
    first.truncate(swapped ? longer : shorter, left);
    return second->truncate(swapped ? shorter : longer, left);
  }
  TokenSequence* target = strategy == Truncation::only_first ? &first : second;
  if (!target) throw_no_second_text();
  const std::size_t excess = total - budget;
  if (target->total <= excess) {
    throw ArgumentError(
        "the text that truncation may shorten is too short to make the pair fit; allow more tokens or "
        "use longest_first");
  }
  target->truncate(target->total - excess, left);
}

Encoding assemble(const Template& form, const TokenSequence& first, const TokenSequence* second, bool special_tokens) {
  Encoding encoding;
  const std::size_t size = first.ids.size() + (second ? second->ids.size() : 0) + form.special_count();
  encoding.ids.reserve(size);
  encoding.type_ids.reserve(size);
  encoding.offsets.reserve(size);
  encoding.special.reserve(size);
  for (const Template::Part& part : form.parts) {
    if (part.source == Template::Source::special) {
      if (!special_tokens) continue;
      encoding.ids.insert(encoding.ids.end(), part.ids.begin(), part.ids.end());
      encoding.offsets.resize(encoding.ids.size());
      encoding.special.resize(encoding.ids.size(), 1);
      encoding.total_tokens += part.ids.size();
    } else if (const TokenSequence* text = part.source == Template::Source::first ? &first : second) {
      encoding.ids.insert(encoding.ids.end(), text->ids.begin(), text->ids.end());
      encoding.offsets.insert(encoding.offsets.end(), text->offsets.begin(), text->offsets.end());
      encoding.special.resize(encoding.ids.size(), 0);
      encoding.total_tokens += text->total;
    }
    encoding.type_ids.resize(encoding.ids.size(), part.type_id);
  }
  encoding.truncated = encoding.ids.size() < encoding.total_tokens;
  return encoding;
}

}  // namespace mana::text
