#include "mana/engine/tokenization.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"

namespace mana::engine {
namespace {

/// Of a share with a text that is larger than this, the memory that its tokens took is not kept.
constexpr std::size_t kLargeText = std::size_t{1} << 20;  // bytes

}  // namespace

Tokenization::Tokenization(TokenRules rules, unsigned threads) : rules_(std::move(rules)) {
  for (unsigned thread = 0; thread < threads; ++thread) tokenizers_.emplace_back(rules_.tokenizer);
}

void Tokenization::add_whole(text::SequentialTokenizer& tokenizer, std::string_view text, std::uint32_t number,
                             Share& share, TextInfo& info, const std::stop_token& stop) const {
  share.places.push_back({number, share.ids.size()});
  text::EncodeOptions options{.special_tokens = rules_.special_tokens, .stop = &stop};
  if (rules_.max_tokens) options.max_tokens = *rules_.max_tokens;
  const text::TokenCount count = tokenizer.append(text, options, share.ids);
  info.tokens = static_cast<std::uint32_t>(count.kept);
  info.total_tokens = static_cast<std::uint32_t>(count.total);
  info.truncated = count.truncated();
}

/// Every chunk of as many tokens as the model takes is a piece of its own, with special tokens around it.
void Tokenization::add_chunks(text::SequentialTokenizer& tokenizer, std::string_view text, std::uint32_t number,
                              Share& share, TextInfo& info, const std::stop_token& stop) const {
  std::vector<text::TokenId> content;
  tokenizer.append(text, {.special_tokens = false, .stop = &stop}, content);
  const std::size_t special = rules_.special_tokens ? rules_.tokenizer.special_token_count() : 0;
  const std::size_t room = *rules_.max_tokens - special;
  info.tokens = info.total_tokens = static_cast<std::uint32_t>(content.size() + special);
  std::size_t begin = 0;
  do {
    const std::size_t count = std::min(room, content.size() - begin);
    share.places.push_back({number, share.ids.size()});
    const auto chunk = std::span(content).subspan(begin, count);
    if (rules_.special_tokens) {
      rules_.tokenizer.wrap(chunk, share.ids);
    } else {
      share.ids.insert(share.ids.end(), chunk.begin(), chunk.end());
    }
    begin += count;
  } while (begin < content.size());
}

void Tokenization::add(text::SequentialTokenizer& tokenizer, const std::string& original, std::uint32_t number,
                       std::size_t place_in_input, Share& share, TextInfo& info, const std::stop_token& stop) const {
  std::string changed;
  std::string_view text = original;
  if (!rules_.prompt.empty()) text = changed = rules_.prompt + original;
  if (rules_.overflow == Overflow::mean && rules_.max_tokens) {
    return add_chunks(tokenizer, text, number, share, info, stop);
  }
  add_whole(tokenizer, text, number, share, info, stop);
  if (info.truncated && rules_.overflow == Overflow::error) {
    throw ArgumentError(
        fmt::format("text {} has {} tokens, more than the {} that the model takes; allow truncation or shorten it",
                    place_in_input + 1, info.total_tokens, *rules_.max_tokens));
  }
}

TokenizedTexts Tokenization::operator()(Team& team, std::span<const std::string> texts, std::size_t first,
                                        const std::stop_token& stop) {
  TokenizedTexts result;
  result.texts.resize(texts.size());
  const auto shares = static_cast<unsigned>(std::min(tokenizers_.size(), std::max<std::size_t>(texts.size(), 1)));
  std::vector<Share> done(shares);
  const auto work = [&](unsigned index) {
    if (index >= shares) return;
    text::SequentialTokenizer& tokenizer = tokenizers_[index];
    std::size_t largest = 0;
    const Part part = part_of(texts.size(), index, shares);
    for (std::size_t i = part.begin; i < part.end; ++i) {
      if (stop.stop_requested()) throw Cancelled("the embedding was cancelled");
      add(tokenizer, texts[i], static_cast<std::uint32_t>(i), first + i, done[index], result.texts[i], stop);
      largest = std::max(largest, texts[i].size());
    }
    if (largest > kLargeText) tokenizer = text::SequentialTokenizer(rules_.tokenizer);
  };
  if (shares == 1) {
    work(0);
  } else {
    team.run(work);
  }

  for (Share& share : done) {
    result.ids.push_back(std::move(share.ids));
    const std::vector<text::TokenId>& ids = result.ids.back();
    for (std::size_t i = 0; i < share.places.size(); ++i) {
      const std::size_t begin = share.places[i].begin;
      const std::size_t end = i + 1 < share.places.size() ? share.places[i + 1].begin : ids.size();
      result.pieces.push_back({share.places[i].text, std::span(ids).subspan(begin, end - begin)});
    }
  }
  return result;
}

std::size_t prompt_token_count(const TokenRules& rules) {
  if (rules.prompt.empty()) return 0;
  text::EncodeOptions options{.special_tokens = rules.special_tokens};
  if (rules.max_tokens) options.max_tokens = *rules.max_tokens;
  const text::Encoding encoding = rules.tokenizer.encode(rules.prompt, options);
  if (encoding.ids.empty()) return 0;
  const bool closed = rules.tokenizer.names_special_tokens() ? rules.tokenizer.is_special(encoding.ids.back())
                                                             : encoding.special.back() != 0;
  return encoding.ids.size() - (closed ? 1 : 0);
}

}  // namespace mana::engine
