#include "mana/generate/constraints.h"

#include <algorithm>

namespace mana::generate {
namespace {

bool ends_with(std::span<const Token> tokens, std::span<const Token> last) {
  return tokens.size() >= last.size() && std::ranges::equal(tokens.last(last.size()), last);
}

}  // namespace

std::vector<Token> forbidden_after(std::span<const Token> tokens, const Options& options, Token end) {
  std::vector<Token> forbidden;
  if (tokens.size() < options.min_length) forbidden.push_back(end);
  for (const std::span<const Token> row : options.suppressed) {
    if (ends_with(tokens, row.first(row.size() - 1))) forbidden.push_back(row.back());
  }
  if (const std::size_t n = options.no_repeat_ngram; n > 0 && tokens.size() >= n) {
    const std::span<const Token> last = tokens.last(n - 1);
    for (std::size_t next = n - 1; next < tokens.size(); ++next) {
      if (std::ranges::equal(tokens.subspan(next + 1 - n, n - 1), last)) forbidden.push_back(tokens[next]);
    }
  }
  std::ranges::sort(forbidden);
  forbidden.erase(std::ranges::unique(forbidden).begin(), forbidden.end());
  return forbidden;
}

}  // namespace mana::generate
