#include "mana/jobs/classifier_card.h"

#include <fmt/format.h>

#include <filesystem>

#include "mana/base/counted.h"
#include "mana/jobs/json_text.h"
#include "mana/train/escaped_text.h"
#include "mana/train/model_card.h"

namespace mana::jobs {
namespace {

constexpr double kPercent = 100;

std::string file_name(const std::filesystem::path& path) { return path.lexically_normal().filename().string(); }

std::string class_section(const formats::ClassifierConfig& config, const TrainClassifierResult& result) {
  std::string text = "## Classes\n\n";
  if (!result.test) {
    for (const std::string& name : config.classes) text += fmt::format("- {}\n", train::plain_markdown(name));
    return text + "\nIt was not tested: `mana eval classify --model DIR --data FILE` says how well it does.\n\n";
  }
  const ClassifierScores& test = *result.test;
  text += fmt::format("On {} it is right for {:.2f} % (macro-F1 {:.2f}).\n\n", counted(test.texts, "text"),
                      kPercent * test.scores.accuracy, kPercent * test.scores.macro_f1);
  text += "| class | texts | precision | recall | F1 |\n|---|---:|---:|---:|---:|\n";
  for (const eval::ClassScores& each : test.scores.classes) {
    text += fmt::format("| {} | {} | {:.2f} | {:.2f} | {:.2f} |\n", train::plain_markdown(test.names[each.number]),
                        each.texts, kPercent * each.precision(), kPercent * each.recall(), kPercent * each.f1());
  }
  return text + "\n";
}

}  // namespace

std::string classifier_card(const TrainClassifierOptions& options, const TrainClassifierResult& result,
                            const formats::ClassifierConfig& config, const TunedEncoder& tuned) {
  train::ModelCard card;
  card.name = file_name(options.output);
  card.base = file_name(options.model);
  card.data = {{file_name(options.data), fmt::format("{}{}", counted(result.texts, "text"),
                                                     tuned.pairs ? fmt::format(", {} pairs", *tuned.pairs) : "")}};
  if (options.test)
    card.data.emplace_back(file_name(*options.test), fmt::format("{}, tested", counted(result.test->texts, "text")));
  card.settings = tuned.settings;
  card.add("C", shortest_text(options.c));
  card.logged = false;
  return fmt::format(
             "---\nlibrary_name: sentence-transformers\npipeline_tag: text-classification\nbase_model: {3}\n---\n\n"
             "# {0}\n\nSays which of {2} classes a text is of: a logistic regression on the vectors of {1}{4}, trained "
             "with Mana.\n\n```sh\nmana classify --model {5} \"some text\"\nmana eval classify --model {5} --data "
             "FILE\n```\n\nOther programs read the folder as the model of sentence-transformers that makes the "
             "vectors; "
             "the classes are in `classifier/`.\n\n",
             train::plain_markdown(card.name), train::plain_markdown(card.base), config.classes.size(),
             train::yaml_string(card.base), tuned.pairs ? ", fine-tuned for them" : "", train::shell_word(card.name)) +
         class_section(config, result) + train::training_section(card);
}

}  // namespace mana::jobs
