#include "mana/jobs/explain/similarity_page.h"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "mana/jobs/explain/similarity_page_parts.h"
#include "mana/jobs/explain/token_page.h"

namespace mana::jobs {
namespace {

using nlohmann::ordered_json;

/// Six digits are more than anybody sees, and a third of the page that all digits would make.
double rounded(double share) { return std::strtod(fmt::format("{:.6g}", share).c_str(), nullptr); }

ordered_json shares_of(const explain::PairShares& shares) {
  ordered_json list = ordered_json::array();
  for (const double share : shares.values) list.push_back(rounded(share));
  return list;
}

}  // namespace

std::string similarity_page(const ExplainedSimilarity& similarity) {
  const explain::PairShares& shares = similarity.shares;
  const std::string body = fmt::format(
      "<p>The cosine of the two texts' vectors is <b>{:.6f}</b>. Each vector is a mean of its tokens' vectors, so the "
      "cosine is a sum over {} × {} pairs of tokens, here {:.6f}: <span class=\"formula\">cos(x̄, ȳ) = Σ<sub>i</sub> "
      "Σ<sub>j</sub> x<sub>i</sub> · y<sub>j</sub> / (n m ‖x̄‖ ‖ȳ‖)</span>.</p>\n{}",
      similarity.score, shares.rows, shares.columns, shares.sum, kSimilarityBody);
  return html_of({.kind = kSimilarityPage,
                  .title = "The cosine of two texts, pair by pair",
                  .style = "",
                  .body = body,
                  .script = kSimilarityScript},
                 {{"a", page_tokens(similarity.a.tokens)},
                  {"b", page_tokens(similarity.b.tokens)},
                  {"shares", shares_of(shares)}});
}

}  // namespace mana::jobs
