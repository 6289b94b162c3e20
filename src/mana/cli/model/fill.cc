#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/processors.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
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

/// A text may be one of many; then its mistakes say which.
Masks filled(generate::MaskFiller& filler, const std::string& text, std::size_t top, std::size_t number, bool alone) {
  try {
    return filler(text, top);
  } catch (const ArgumentError& error) {
    if (alone) throw;
    throw ArgumentError(fmt::format("text {}: {}", number, error.what()));
  }
}

}  // namespace

int fill(Options& options) {
  TextInput input;
  ModelChoice model{""};
  std::size_t top = 5;
  bool json = false;
  ComputeOptions compute;
  input.describe(options);
  model.describe(options);
  options.require("--model");
  options.option("--top", "N", "Tokens to show for each [MASK] of a text", top,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--json", "Print a JSON object, of several texts one a line", json);
  compute.describe(options);
  if (!options.parse()) return 0;

  const kernels::Isa isa = kernels::choose_isa(compute.isa);
  generate::MaskFiller filler(model.folder(), isa, compute.precision.value_or(kernels::automatic_precision(isa)),
                              thread_count(compute.threads));
  const bool alone = input.texts.size() == 1;
  const data::TextSource texts = input.open();
  std::size_t number = 0;
  for (std::string text; texts(text);) {
    const Masks masks = filled(filler, text, top, ++number, alone);
    if (json) {
      print_json(json_of(filler, text, masks));
      continue;
    }
    if (!alone) print(fmt::format("{}{}\n", number > 1 ? "\n" : "", text));
    print_lines(filler, masks);
  }
  input.note_mistakes(options.quiet());
  return 0;
}

}  // namespace mana::cli
