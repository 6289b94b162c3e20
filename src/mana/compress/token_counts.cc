#include "mana/compress/token_counts.h"

#include "mana/base/errors.h"

namespace mana::compress {

std::vector<std::uint64_t> count_tokens(const text::Tokenizer& tokenizer, std::size_t ids,
                                        std::span<const std::string> texts, const eval::TextProgress& progress,
                                        const std::stop_token& stop) {
  constexpr std::size_t kReport = 1024;
  std::vector<std::uint64_t> counts(ids);
  text::SequentialTokenizer sequential(tokenizer);
  std::vector<text::TokenId> tokens;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (stop.stop_requested()) throw Cancelled("the counting was cancelled");
    tokens.clear();
    sequential.append(texts[i], {.special_tokens = false}, tokens);
    for (const text::TokenId id : tokens) {
      if (static_cast<std::size_t>(id) < ids) ++counts[static_cast<std::size_t>(id)];
    }
    if (progress && (i + 1) % kReport == 0) progress(i + 1);
  }
  return counts;
}

}  // namespace mana::compress
