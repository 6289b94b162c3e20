#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/base/processors.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/generate/mask_filler.h"

namespace mana::cli {
namespace {

using Masks = std::vector<std::vector<generate::Candidate>>;

std::string spelling(const generate::MaskFiller& filler, text::TokenId token) {
  const std::vector<text::TokenId> ids = {token};
  return filler.tokenizer().decode(ids, false);
}

nlohmann::ordered_json json_of(const generate::MaskFiller& filler, const std::string& text, const Masks& masks) {
  nlohmann::ordered_json object = {{"text", text}, {"masks", nlohmann::ordered_json::array()}};
  for (const auto& candidates : masks) {
    nlohmann::ordered_json& mask = object["masks"].emplace_back(nlohmann::ordered_json::array());
    for (const generate::Candidate& each : candidates) {
      mask.push_back({{"token", each.token},
                      {"token_str", spelling(filler, each.token)},
                      {"score", std::exp(each.log_probability)}});
    }
  }
  return object;
}

void print_lines(const generate::MaskFiller& filler, const Masks& masks) {
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (masks.size() > 1) print(fmt::format("{}{} {}\n", i > 0 ? "\n" : "", filler.mask(), i + 1));
    for (const generate::Candidate& each : masks[i]) {
      print(fmt::format("{:.4f}  {}\n", std::exp(each.log_probability), spelling(filler, each.token)));
    }
  }
}

}  // namespace

int fill(Options& options) {
  std::vector<std::string> texts;
  ModelChoice model{""};
  std::size_t top = 5;
  bool json = false;
  ComputeOptions compute;
  options.arguments("TEXT", "A text with [MASK] in the place of each word that is hidden", texts, 1);
  model.describe(options);
  options.require("--model");
  options.option("--top", "N", "Tokens to show for each of them", top,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--json", "Print a JSON object", json);
  compute.describe(options);
  if (!options.parse()) return 0;

  const kernels::Isa isa = kernels::choose_isa(compute.isa);
  generate::MaskFiller filler(model.folder(), isa, compute.precision.value_or(kernels::automatic_precision(isa)),
                              thread_count(compute.threads));
  const Masks masks = filler(texts.front(), top);
  if (json) {
    print_json(json_of(filler, texts.front(), masks));
  } else {
    print_lines(filler, masks);
  }
  return 0;
}

}  // namespace mana::cli
