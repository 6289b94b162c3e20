#include "mana/train/sentence/word_deletion.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/data/word_marks.h"

namespace mana::train {

WordDeletion::WordDeletion(const text::Tokenizer& tokenizer, double share) : share_(share) {
  if (!(share >= 0 && share < 1)) {
    throw ArgumentError(
        fmt::format("{} of a text's words cannot be left out; give a share below 1, such as 0.6", share));
  }
  const std::size_t end = data::id_end(tokenizer);
  const data::WordMarks marks(tokenizer, end);
  continues_.resize(end);
  text::TokenId ordinary = 0;  // not one that the template adds
  for (std::size_t id = 0; id < end; ++id) {
    const auto token = tokenizer.find_token(static_cast<text::TokenId>(id));
    if (!token) continue;
    continues_[id] = marks.continues(*token);
    if (!tokenizer.is_special(static_cast<text::TokenId>(id))) ordinary = static_cast<text::TokenId>(id);
  }
  std::vector<text::TokenId> wrapped;
  tokenizer.wrap(std::span(&ordinary, 1), wrapped);
  before_ = static_cast<std::size_t>(std::ranges::find(wrapped, ordinary) - wrapped.begin());
  behind_ = wrapped.size() - std::min(before_ + 1, wrapped.size());
  if (before_ > 0 && behind_ > 0) return;
  throw ArgumentError(
      "the tokenizer does not put tokens before a text and behind it, as BERT's does with [CLS] and [SEP]; writing a "
      "text "
      "begins with the one and ends with the other, so take a model whose tokenizer does");
}

std::vector<std::uint32_t> WordDeletion::kept(std::span<const text::TokenId> ids, std::size_t prompt,
                                              Random random) const {
  const auto size = static_cast<std::uint32_t>(ids.size());
  const auto begin = std::min(static_cast<std::uint32_t>(std::max(before_, prompt)), size);
  const std::uint32_t end = std::max(begin, size - std::min(static_cast<std::uint32_t>(behind_), size));
  std::vector<std::uint32_t> words;  // where each begins
  for (std::uint32_t i = begin; i < end; ++i) {
    if (words.empty() || !continues_[static_cast<std::size_t>(ids[i])]) words.push_back(i);
  }
  std::vector<bool> stays(words.size());
  for (std::size_t word = 0; word < words.size(); ++word) stays[word] = random.uniform() >= share_;
  if (!words.empty() && std::ranges::count(stays, true) == 0) stays[random.below(words.size())] = true;

  std::vector<std::uint32_t> places;
  places.reserve(size);
  const auto add = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t i = from; i < to; ++i) places.push_back(i);
  };
  add(0, begin);
  for (std::size_t word = 0; word < words.size(); ++word) {
    if (stays[word]) add(words[word], word + 1 < words.size() ? words[word + 1] : end);
  }
  add(end, size);
  return places;
}

}  // namespace mana::train
