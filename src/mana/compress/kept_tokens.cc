#include "mana/compress/kept_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "mana/base/errors.h"

namespace mana::compress {
namespace {

/// The characters of UTF-8, one view for each.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    all.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return all;
}

/// A token as pieces of one character would spell it: "##ing" -> "##i", "##n", "##g".
std::vector<std::string> spelling(const std::string& token, const std::string& prefix) {
  const bool inside = token.size() > prefix.size() && token.starts_with(prefix);
  std::vector<std::string> pieces;
  for (const std::string_view character : characters(std::string_view(token).substr(inside ? prefix.size() : 0))) {
    pieces.push_back(inside || !pieces.empty() ? prefix : std::string());
    pieces.back() += character;
  }
  return pieces;
}

/// A choice of tokens that holds the parts of each.
class Choice {
 public:
  Choice(std::span<const VocabularyToken> tokens, std::size_t room)
      : tokens_(tokens), room_(room), kept_(tokens.size()) {
    for (std::size_t i = 0; i < tokens.size(); ++i) places_.emplace(tokens[i].text, i);
  }

  bool knows(const std::string& text) const { return places_.contains(text); }
  std::size_t size() const { return size_; }

  void must_keep(std::size_t token) {
    for (const std::size_t each : missing(token)) keep(each);
  }
  void keep_if_there_is_room(std::size_t token) {
    const std::vector<std::size_t> together = missing(token);
    if (size_ + together.size() > room_) return;
    for (const std::size_t each : together) keep(each);
  }

  std::vector<std::int64_t> ids() const {
    std::vector<std::int64_t> ids;
    ids.reserve(size_);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (kept_[i]) ids.push_back(tokens_[i].id);
    }
    std::ranges::sort(ids);
    return ids;
  }

 private:
  /// The token, its parts, theirs and so on, where they are not kept yet.
  std::vector<std::size_t> missing(std::size_t token) const {
    std::vector<std::size_t> all;
    const auto add = [&](std::size_t each) {
      if (!kept_[each] && std::ranges::find(all, each) == all.end()) all.push_back(each);
    };
    add(token);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const std::string& part : tokens_[all[i]].parts) {
        if (const auto place = places_.find(part); place != places_.end()) add(place->second);
      }
    }
    return all;
  }
  void keep(std::size_t token) {
    if (!kept_[token]) ++size_;
    kept_[token] = true;
  }

  std::span<const VocabularyToken> tokens_;
  std::size_t room_, size_ = 0;
  std::vector<bool> kept_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

}  // namespace

std::vector<std::int64_t> tokens_to_keep(std::span<const VocabularyToken> tokens, std::size_t size,
                                         const std::string& continuing_prefix) {
  Choice choice(tokens, size);
  const auto never_made = [&](std::size_t token) { return tokens[token].text.starts_with("[unused"); };
  const auto must_stay = [&](std::size_t token) {
    if (tokens[token].special || never_made(token)) return tokens[token].special;
    const std::vector<std::string> pieces = spelling(tokens[token].text, continuing_prefix);
    return pieces.size() <= 1 || !std::ranges::all_of(pieces, [&](const auto& piece) { return choice.knows(piece); });
  };
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (must_stay(i)) {
      choice.must_keep(i);
    } else {
      others.push_back(i);
    }
  }
  if (size < choice.size()) {
    throw ArgumentError(fmt::format(
        "a vocabulary of {} tokens is too small: {} must stay, special tokens and single characters among them", size,
        choice.size()));
  }
  std::ranges::sort(others, {}, [&](std::size_t token) {
    return std::tuple(never_made(token), ~tokens[token].count, tokens[token].id);
  });
  for (const std::size_t token : others) choice.keep_if_there_is_room(token);
  return choice.ids();
}

}  // namespace mana::compress
