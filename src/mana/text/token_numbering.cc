#include "mana/text/token_numbering.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/printable.h"

namespace mana::text {

void TokenNumbering::add(std::span<const RequestedToken> tokens, std::vector<std::string>& notes) {
  const std::size_t before = tokens_.size();
  TokenId next = std::max(largest_ + 1, static_cast<TokenId>(model_.size()));
  for (const RequestedToken& request : tokens) {
    AddedToken token = request.token;
    if (token.content.empty()) continue;
    const auto known = ids_.find(token.content);
    if (known != ids_.end()) {
      token.id = known->second;
      const std::size_t place = by_id_.at(token.id);
      const bool there = tokens_[place].content == token.content;
      // What has been added with others before stays as it is, unless a list says otherwise.
      if (there && place < before && request.source != RequestedToken::Source::listed) continue;
      token.joined_normalized = there && tokens_[place].joined_normalized;
    } else if (const auto id = model_.id(token.content)) {
      token.id = *id;
    } else {
      if (request.source == RequestedToken::Source::assumed) continue;  // nobody has asked for it
      token.id = next++;
      if (request.source == RequestedToken::Source::named && vectors_ &&
          static_cast<std::size_t>(token.id) >= *vectors_) {
        notes.push_back(fmt::format(
            "the special token \"{}\" is left out: the vocabulary lacks it, and the model has no vector for it",
            printable(token.content)));
        continue;
      }
    }
    if (known == ids_.end() && request.said && *request.said != token.id) {
      notes.push_back(
          fmt::format("the added token \"{}\" has the id {}, not {} as its list says: ids are given in order, as "
                      "transformers gives them",
                      printable(token.content), token.id, *request.said));
    }
    largest_ = std::max(largest_, token.id);
    ids_.emplace(token.content, token.id);
    if (token.special) special_.insert(token.content);
    token.special = special_.contains(token.content);
    token.joined_normalized |= token.normalized;
    // A number behind a vocabulary with gaps may be taken; the last token has it.
    const auto [place, is_new] = by_id_.emplace(token.id, tokens_.size());
    if (is_new) {
      tokens_.push_back(std::move(token));
    } else {
      tokens_[place->second] = std::move(token);
    }
  }
}

}  // namespace mana::text
