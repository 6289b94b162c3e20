#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mana::train {

/// What a trained model's README.md tells.
struct ModelCard {
  std::string name;                                           ///< of the new model
  std::string base;                                           ///< of the one it was trained from
  std::vector<std::pair<std::string, std::string>> data;      ///< file, and what was taken of it: "5,749 rows"
  std::vector<std::pair<std::string, std::string>> settings;  ///< "learning rate", "2e-05"
  std::string metric;
  std::optional<double> before;  ///< the metric of the base model
  std::optional<double> after;   ///< and of this one
  std::size_t dimensions = 0;
  bool logged = true;  ///< training.html and training.jsonl stand beside it

  void add(std::string setting, std::string value) { settings.emplace_back(std::move(setting), std::move(value)); }
};

/// What it was trained on, and how.
std::string training_section(const ModelCard& card);
/// Markdown with the front matter that the Hugging Face hub reads.
std::string model_card(const ModelCard& card);
/// The same of an encoder–decoder, whose folder transformers reads where it is one of MarianMT; `base` is empty where
/// it was trained from nothing.
std::string translator_card(const ModelCard& card, bool marian);
/// The same of an encoder with the head that says which words are hidden.
std::string masked_model_card(const ModelCard& card);

}  // namespace mana::train
