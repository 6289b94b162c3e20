#include "mana/train/model_card.h"

#include <fmt/format.h>

namespace mana::train {
namespace {

/// Text that neither ends a table's cell nor its row.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string table(std::string_view left, std::string_view right,
                  const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text = fmt::format("| {} | {} |\n|---|---|\n", left, right);
  for (const auto& [name, value] : rows) text += fmt::format("| {} | {} |\n", cell(name), cell(value));
  return text;
}

}  // namespace

std::string model_card(const ModelCard& card) {
  std::string text = fmt::format(
      "---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\nbase_model: {1}\ntags:\n"
      "- sentence-transformers\n- feature-extraction\n- sentence-similarity\n---\n\n# {0}\n\n"
      "Turns a text into a vector of {2} numbers. Trained from {1} with Mana.\n\n"
      "```sh\nmana similarity --model {0} \"one text\" \"another\"\n```\n\n"
      "```python\nfrom sentence_transformers import SentenceTransformer\n\n"
      "vectors = SentenceTransformer(\"{0}\").encode([\"one text\", \"another\"])\n```\n\n",
      card.name, card.base, card.dimensions);
  if (card.after) {
    text += fmt::format("## Quality\n\n| | {} |\n|---|---:|\n", card.metric);
    if (card.before) text += fmt::format("| {} | {:.2f} |\n", card.base, *card.before);
    text += fmt::format("| this model | {:.2f} |\n\n", *card.after);
  }
  text += "## Training\n\n" + table("data", "", card.data) + "\n" + table("setting", "value", card.settings);
  if (card.logged) text += "\nLoss and scores by step: `training.html`, `training.jsonl`.\n";
  return text;
}

}  // namespace mana::train
