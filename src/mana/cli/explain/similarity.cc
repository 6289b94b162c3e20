#include "mana/jobs/explain/similarity.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "mana/base/counted.h"
#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/page_output.h"
#include "mana/cli/shell/report.h"
#include "mana/jobs/explain/similarity_page.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const jobs::ExplainedSimilarity::Side& side) {
  ordered_json tokens = ordered_json::array();
  for (const jobs::ExplainedToken& token : side.tokens) {
    tokens.push_back({{"id", token.id}, {"token", token.token}, {"text", token.text}});
  }
  return {{"text", side.text}, {"tokens", std::move(tokens)}};
}

ordered_json json_of(const jobs::ExplainedSimilarity& found) {
  const explain::PairShares& shares = found.shares;
  ordered_json rows = ordered_json::array();
  for (std::size_t i = 0; i < shares.rows; ++i) {
    const auto row = shares.values.begin() + static_cast<std::ptrdiff_t>(i * shares.columns);
    rows.push_back(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(shares.columns)));
  }
  return {{"cosine", found.score},
          {"sum", shares.sum},
          {"a", json_of(found.a)},
          {"b", json_of(found.b)},
          {"pairs", std::move(rows)}};
}

/// The tokens of one text, each with what it gives.
void append_side(std::string& text, std::string_view name, const jobs::ExplainedSimilarity::Side& side,
                 const std::vector<double>& given) {
  text += fmt::format("\n{}: {}\n", name, escaped(side.text));
  for (std::size_t i = 0; i < given.size(); ++i) {
    text += fmt::format("{:9.4f}  {}\n", given[i], escaped(side.tokens[i].token));
  }
}

std::string text_of(const jobs::ExplainedSimilarity& found, std::size_t top) {
  const explain::PairShares& shares = found.shares;
  std::string text = fmt::format("cosine {:.7f} = the sum of {} x {} pairs of tokens, {:.7f}\n", found.score,
                                 shares.rows, shares.columns, shares.sum);
  std::vector<std::size_t> order(shares.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t shown = std::min(top, order.size());
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(shown), std::greater<>(),
                            [&](std::size_t pair) { return shares.values[pair]; });
  text += fmt::format("\nthe {} that give most\n", counted(shown, "pair"));
  for (std::size_t k = 0; k < shown; ++k) {
    const std::size_t i = order[k] / shares.columns, j = order[k] % shares.columns;
    text += fmt::format("{:9.4f}  {} ~ {}\n", shares.at(i, j), escaped(found.a.tokens[i].token),
                        escaped(found.b.tokens[j].token));
  }
  std::vector<double> of_a, of_b;
  for (std::size_t i = 0; i < shares.rows; ++i) of_a.push_back(shares.of_row(i));
  for (std::size_t j = 0; j < shares.columns; ++j) of_b.push_back(shares.of_column(j));
  append_side(text, "A", found.a, of_a);
  append_side(text, "B", found.b, of_b);
  return text;
}

}  // namespace

int explain_similarity(Options& options) {
  std::vector<std::string> texts;
  ModelChoice model;
  PageOutput page;
  unsigned threads = 0;
  std::optional<kernels::Isa> isa;
  std::size_t top = 10;
  bool json = false;
  options.arguments("TEXT", "Two texts", texts, 2);
  model.describe(options);
  options.option("--top", "K", "Print the K pairs of tokens that give most", top,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--json", "Print a JSON object, with all pairs", json);
  page.describe(options);
  describe_threads(options, threads);
  describe_isa(options, isa);
  if (!options.parse()) return 0;
  options.refuse_if(json, {"--top"}, "is for the table: --json prints all pairs");
  page.check(jobs::kSimilarityPage, {{"--model", model.folder()}});

  const jobs::SimilarityExplainer explain(model.folder(), threads, isa);
  const jobs::ExplainedSimilarity found = explain(texts[0], texts[1]);
  page.write([&] { return jobs::similarity_page(found); });
  if (json) {
    print_json(json_of(found));
  } else {
    print(text_of(found, top));
  }
  return 0;
}

}  // namespace mana::cli
