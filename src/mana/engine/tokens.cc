#include "mana/engine/tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::engine {
namespace {

/// The pieces of one part of the texts. They refer to `ids` by place until it has stopped growing.
struct PartOfTexts {
  struct Place {
    std::uint32_t text;
    std::size_t begin;
  };
  std::vector<text::TokenId> ids;
  std::vector<Place> places;
};

void add_whole(const TokenRules& rules, text::SequentialTokenizer& tokenizer, std::string_view text,
               std::uint32_t number, PartOfTexts& part, TextInfo& info) {
  part.places.push_back({number, part.ids.size()});
  text::EncodeOptions options{.special_tokens = rules.special_tokens};
  if (rules.max_tokens) options.max_tokens = *rules.max_tokens;
  const text::TokenCount count = tokenizer.append(text, options, part.ids);
  info.tokens = static_cast<std::uint32_t>(count.kept);
  info.total_tokens = static_cast<std::uint32_t>(count.total);
  info.truncated = count.truncated();
}

/// Every chunk of as many tokens as the model takes is a piece of its own, with special tokens around it.
void add_chunks(const TokenRules& rules, text::SequentialTokenizer& tokenizer, std::string_view text,
                std::uint32_t number, PartOfTexts& part, TextInfo& info) {
  std::vector<text::TokenId> content;
  tokenizer.append(text, {.special_tokens = false}, content);
  const std::size_t special = rules.special_tokens ? rules.tokenizer.special_token_count() : 0;
  const std::size_t room = *rules.max_tokens - special;
  info.tokens = info.total_tokens = static_cast<std::uint32_t>(content.size() + special);
  std::size_t begin = 0;
  do {
    const std::size_t count = std::min(room, content.size() - begin);
    part.places.push_back({number, part.ids.size()});
    const auto chunk = std::span(content).subspan(begin, count);
    if (rules.special_tokens) {
      rules.tokenizer.wrap(chunk, part.ids);
    } else {
      part.ids.insert(part.ids.end(), chunk.begin(), chunk.end());
    }
    begin += count;
  } while (begin < content.size());
}

void add_text(const TokenRules& rules, text::SequentialTokenizer& tokenizer, const std::string& original,
              std::uint32_t number, std::size_t place_in_input, PartOfTexts& part, TextInfo& info) {
  std::string changed;
  std::string_view text = original;
  if (!rules.prompt.empty()) text = changed = rules.prompt + original;
  if (rules.overflow == Overflow::mean && rules.max_tokens)
    return add_chunks(rules, tokenizer, text, number, part, info);
  add_whole(rules, tokenizer, text, number, part, info);
  if (info.truncated && rules.overflow == Overflow::error) {
    throw ArgumentError(
        fmt::format("text {} has {} tokens, more than the {} that the model takes; allow truncation or shorten it",
                    place_in_input + 1, info.total_tokens, *rules.max_tokens));
  }
}

}  // namespace

TokenizedTexts tokenize(const TokenRules& rules, std::span<const std::string> texts, std::size_t first, Team* team,
                        const std::stop_token& stop) {
  const unsigned parts = team == nullptr ? 1 : team->size();
  TokenizedTexts result;
  result.texts.resize(texts.size());
  std::vector<PartOfTexts> done(parts);
  const auto work = [&](unsigned index) {
    const Part part = part_of(texts.size(), index, parts);
    text::SequentialTokenizer tokenizer(rules.tokenizer);
    for (std::size_t i = part.begin; i < part.end; ++i) {
      if (stop.stop_requested()) throw Cancelled("the embedding was cancelled");
      add_text(rules, tokenizer, texts[i], static_cast<std::uint32_t>(i), first + i, done[index], result.texts[i]);
    }
  };
  if (team == nullptr) {
    work(0);
  } else {
    team->run(work);
  }

  for (PartOfTexts& part : done) {
    result.ids.push_back(std::move(part.ids));
    const std::vector<text::TokenId>& ids = result.ids.back();
    for (std::size_t i = 0; i < part.places.size(); ++i) {
      const std::size_t begin = part.places[i].begin;
      const std::size_t end = i + 1 < part.places.size() ? part.places[i + 1].begin : ids.size();
      result.pieces.push_back({part.places[i].text, std::span(ids).subspan(begin, end - begin)});
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
