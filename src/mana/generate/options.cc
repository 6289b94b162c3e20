#include "mana/generate/options.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "mana/base/errors.h"

namespace mana::generate {
namespace {

void require(bool right, const std::string& otherwise) {
  if (!right) throw ArgumentError(otherwise);
}

void check(const Sampling& sampling, std::size_t vocabulary) {
  require(sampling.top_k <= vocabulary,
          fmt::format("`top_k` is {}, but the vocabulary has {} tokens: choose fewer", sampling.top_k, vocabulary));
  require(sampling.top_p > 0 && sampling.top_p <= 1,
          fmt::format("`top_p` is {}: choose a share of the probability above 0, up to 1", sampling.top_p));
  require(sampling.temperature > 0 && std::isfinite(sampling.temperature),
          fmt::format("`temperature` is {}: choose a number above 0", sampling.temperature));
}

}  // namespace

std::size_t Options::max_hypotheses() const {
  return static_cast<std::size_t>(std::lround(static_cast<double>(beam) * patience));
}

void check(const Options& options, std::size_t vocabulary) {
  require(options.beam > 0, "`beam` is 0: follow at least one hypothesis");
  require(
      options.beam <= vocabulary,
      fmt::format("`beam` is {}, but the vocabulary has {} tokens: choose a narrower one", options.beam, vocabulary));
  require(options.hypotheses > 0, "`n_best` is 0: ask for at least one hypothesis");
  require(options.patience > 0 && options.patience * static_cast<double>(options.beam) < 1e6,
          fmt::format("`patience` is {}: choose a number above 0, such as 1", options.patience));
  require(std::isfinite(options.length_penalty),
          fmt::format("`alpha` is {}: choose a number, such as 1", options.length_penalty));
  require(std::isfinite(options.coverage_penalty),
          fmt::format("`coverage_penalty` is {}: choose a number, such as 0.2", options.coverage_penalty));
  require(options.max_length > 0, "`max_length` is 0: let through at least one token");
  require(options.max_length > 1 || !options.forced_end,
          "`max_length` is 1, which leaves room for nothing but the end: let through at least two tokens");
  require(options.min_length <= options.max_length,
          fmt::format("`min_length` is {}, more than `max_length`, {}: choose one that is not", options.min_length,
                      options.max_length));
  if (options.sampling) {
    require(options.beam == 1,
            fmt::format("`sample` follows each hypothesis by itself, but `beam` is {}: leave one of them out",
                        options.beam));
    require(options.coverage_penalty == 0, "`sample` knows no `coverage_penalty`: leave one of them out");
    check(*options.sampling, vocabulary);
  } else {
    require(options.hypotheses <= options.max_hypotheses(),
            fmt::format("`n_best` is {}, but the search ends with {}: choose a wider `beam`", options.hypotheses,
                        options.max_hypotheses()));
  }
  for (const std::vector<Token>& row : options.suppressed) {
    require(!row.empty(), "a row of tokens that are never to appear is empty: leave it out");
    for (const Token token : row) {
      require(
          token >= 0 && static_cast<std::size_t>(token) < vocabulary,
          fmt::format("token {} is never to appear, but the vocabulary has {}: choose one of them", token, vocabulary));
    }
  }
}

}  // namespace mana::generate
