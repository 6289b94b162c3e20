#include "mana/train/model_card.h"

#include <fmt/format.h>

#include "mana/train/escaped_text.h"

namespace mana::train {
namespace {

std::string table(std::string_view left, std::string_view right,
                  const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text = fmt::format("| {} | {} |\n|---|---|\n", left, right);
  for (const auto& [name, value] : rows)
    text += fmt::format("| {} | {} |\n", plain_markdown(name), plain_markdown(value));
  return text;
}

}  // namespace

std::string training_section(const ModelCard& card) {
  std::string text = "## Training\n\n" + table("data", "", card.data) + "\n" + table("setting", "value", card.settings);
  if (card.logged) text += "\nLoss and scores by step: `training.html`, `training.jsonl`.\n";
  return text;
}

std::string model_card(const ModelCard& card) {
  std::string text = fmt::format(
      "---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\nbase_model: {3}\ntags:\n"
      "- sentence-transformers\n- feature-extraction\n- sentence-similarity\n---\n\n# {0}\n\n"
      "Turns a text into a vector of {2} numbers. Trained from {1} with Mana.\n\n"
      "```sh\nmana similarity --model {4} \"one text\" \"another\"\n```\n\n"
      "```python\nfrom sentence_transformers import SentenceTransformer\n\n"
      "vectors = SentenceTransformer({5}).encode([\"one text\", \"another\"])\n```\n\n",
      plain_markdown(card.name), plain_markdown(card.base), card.dimensions, yaml_string(card.base),
      shell_word(card.name), double_quoted(card.name));
  if (card.after) {
    text += fmt::format("## Quality\n\n| | {} |\n|---|---:|\n", plain_markdown(card.metric));
    if (card.before) text += fmt::format("| {} | {:.2f} |\n", plain_markdown(card.base), *card.before);
    text += fmt::format("| this model | {:.2f} |\n\n", *card.after);
  }
  return text + training_section(card);
}

std::string translator_card(const ModelCard& card, bool marian) {
  std::string text = "---\n";
  if (marian) text += "library_name: transformers\n";
  text += "pipeline_tag: translation\n";
  if (!card.base.empty()) text += fmt::format("base_model: {}\n", yaml_string(card.base));
  text += fmt::format(
      "tags:\n- translation\n---\n\n# {}\n\nWrites a text for a text, as the pairs have it that it was trained on{} "
      "with "
      "Mana: an encoder–decoder (Vaswani et al. 2017, arXiv:1706.03762).\n\n",
      plain_markdown(card.name), card.base.empty() ? "" : fmt::format(", from {},", plain_markdown(card.base)));
  if (marian) {
    text += fmt::format(
        "```python\nfrom transformers import MarianMTModel, MarianTokenizer\n\n"
        "tokenizer, model = MarianTokenizer.from_pretrained({0}), MarianMTModel.from_pretrained({0})\n"
        "outputs = model.generate(**tokenizer([\"one text\"], return_tensors=\"pt\"))\n"
        "print(tokenizer.batch_decode(outputs, skip_special_tokens=True))\n```\n\n",
        double_quoted(card.name));
  }
  if (card.after) {
    text += fmt::format("## Quality\n\n| | {} |\n|---|---:|\n", plain_markdown(card.metric));
    if (card.before) text += fmt::format("| before the training | {:.4f} |\n", *card.before);
    text += fmt::format("| this model | {:.4f} |\n\n", *card.after);
  }
  return text + training_section(card);
}

std::string masked_model_card(const ModelCard& card) {
  std::string text = "---\nlibrary_name: transformers\npipeline_tag: fill-mask\n";
  if (!card.base.empty()) text += fmt::format("base_model: {}\n", yaml_string(card.base));
  text += fmt::format(
      "tags:\n- fill-mask\n---\n\n# {0}\n\nSays which words are hidden in a text, and is what a sentence encoder is "
      "made of: a BERT (Devlin et al. 2019, arXiv:1810.04805) of {1} dimensions, pre-trained{2} with Mana.\n\n",
      plain_markdown(card.name), card.dimensions,
      card.base.empty() ? "" : fmt::format(" from {}", plain_markdown(card.base)));
  text += fmt::format(
      "```python\nfrom transformers import pipeline\n\nprint(pipeline(\"fill-mask\", {0})(\"Paris is the [MASK] of "
      "France.\"))\n```\n\n```sh\nmana fill --model {1} \"Paris is the [MASK] of France.\"\nmana train sentence "
      "--model {1} --data pairs.tsv --output my-encoder\n```\n\n",
      double_quoted(card.name), shell_word(card.name));
  if (card.after) {
    text += fmt::format("## Quality\n\n| | {} |\n|---|---:|\n", plain_markdown(card.metric));
    if (card.before) text += fmt::format("| before the training | {:.4f} |\n", *card.before);
    text += fmt::format("| this model | {:.4f} |\n\n", *card.after);
  }
  return text + training_section(card);
}

}  // namespace mana::train
