#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/base/team.h"
#include "mana/classify/class_numbers.h"
#include "mana/classify/classifier.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/model_output.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/row_columns.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/classifier_tuning.h"
#include "mana/data/labelled_texts.h"
#include "mana/eval/classification_scores.h"
#include "mana/eval/embed_texts.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

struct ClassifierOptions {
  std::string data;
  std::optional<std::string> test;
  data::LabelColumns columns;
  std::string output;
  bool force = false;
  double c = 1;
  bool json = false;
  ClassifierTuningChoice tuning;
  EncoderChoice encoder;

  void describe(Options& options) {
    options.option("--data", "FILE",
                   "Texts and their classes to learn from: a table with a header (.tsv, .csv), or JSON", data);
    options.require("--data");
    options.option("--test", "FILE", "The same, to be scored on", test);
    options.option("--label", "COLUMN", "The column of the classes", columns.label);
    options.option("--text", "COLUMN", "The column of the texts", columns.text);
    options.option("--output", "DIR", "The folder to write: the model with the classifier in it", output);
    options.require("--output");
    options.flag("--force", "Replace the model that the folder holds", force);
    options.option("--c", "X", "The inverse of the penalty on large weights: more follows the data more closely", c,
                   {.above = 0});
    options.flag("--json", "Print a JSON object", json);
    tuning.describe(options);
    encoder.describe(options);
  }

  formats::ClassifierVectors vectors() const {
    const engine::EncoderOptions chosen = encoder.options();
    return {chosen.prompt,
            chosen.prompt_text,
            chosen.pooling,
            chosen.normalize,
            chosen.truncate_dim,
            chosen.max_tokens,
            chosen.overflow == engine::Overflow::mean};
  }
};

/// Scores given where classes should be would make a class of each of them.
void require_names(const std::vector<std::string>& classes, const ClassifierOptions& options) {
  for (const std::string& name : classes) {
    double number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number == std::trunc(number)) continue;
    throw ArgumentError(
        fmt::format("{}: {} holds the number {}, which is a score and no class; classes are names or whole numbers",
                    options.data, options.columns.label, name));
  }
}

class ClassifierTraining {
 public:
  ClassifierTraining(const ClassifierOptions& options, bool quiet, std::stop_token stop)
      : options_(options), quiet_(quiet), stop_(std::move(stop)), folder_(options.encoder.model.folder()) {}

  void run() {
    folder_name(options_.output);
    std::vector<GivenPath> inputs = {{"--data", options_.data}};
    add_path(inputs, "--test", options_.test);
    require_apart({{"--output", options_.output}}, inputs);
    require_safe_output(options_.output, folder_, "trained", options_.force);
    AtomicFolder output = model_folder_output(options_.output, options_.force);
    const data::LabelledTexts train = data::read_labelled_texts(options_.data, options_.columns);
    std::optional<data::LabelledTexts> test;
    if (options_.test) test = data::read_labelled_texts(*options_.test, options_.columns);
    note_mistakes(train.notes, quiet_);
    if (test) note_mistakes(test->notes, quiet_);
    const classify::ClassNumbers classes(train.labels);
    require_classes(train, classes);
    if (!quiet_) {
      note(table_of_columns(options_.data, train.size(),
                            {{options_.columns.text, "text"}, {options_.columns.label, "class"}}));
    }

    ordered_json result = {{"output", options_.output}, {"texts", train.size()}, {"classes", classes.size()}};
    if (options_.tuning.wanted) tune(train, classes, output, result);
    const engine::Encoder encoder(options_.tuning.wanted ? output.temporary() : folder_, options_.encoder.options());
    if (!options_.tuning.wanted) print_notes(encoder, quiet_);  // else they were of the model that was tuned
    const formats::ClassifierHead head = fit(encoder, train, classes, result);
    if (test) score(encoder, head, *test, classes, result);
    save(encoder, head, output);
    result["columns"] = {{"text", options_.columns.text}, {"class", options_.columns.label}};
    print_report(result, options_.json, {.width = 10, .hidden = "output"});
  }

 private:
  void require_classes(const data::LabelledTexts& train, const classify::ClassNumbers& classes) const {
    if (classes.size() < 2) {
      throw ArgumentError(fmt::format("{}: all {} texts have the class {}; at least two classes are needed",
                                      options_.data, train.size(), classes.names().front()));
    }
    require_names(classes.names(), options_);
    std::map<std::string, std::size_t> texts;
    for (const std::string& label : train.labels) ++texts[label];
    const auto single = [](const auto& each) { return each.second == 1; };
    const auto few = std::ranges::count_if(texts, single);
    if (few > 0 && options_.tuning.wanted) {
      throw ArgumentError(fmt::format("{}: the class {} has a single text; --fine-tune needs two at least of each",
                                      options_.data, std::ranges::find_if(texts, single)->first));
    }
    if (few == 0 || quiet_) return;
    note(fmt::format("{} of {} classes {} a single text, {} for one: it will hardly be recognised, give more", few,
                     classes.size(), few == 1 ? "has" : "have", std::ranges::find_if(texts, single)->first));
  }

  /// The encoder that the classifier stands on, in the output's folder.
  void tune(const data::LabelledTexts& train, const classify::ClassNumbers& classes, const AtomicFolder& output,
            ordered_json& result) const {
    const TunedEncoder tuned{.source = folder_, .target = output.temporary(), .output = options_.output};
    result["pairs"] = tune_encoder(options_.tuning, options_.encoder, tuned, options_.data, train.texts,
                                   classes.of(train.labels), quiet_, stop_);
  }

  engine::Embeddings embed(const engine::Encoder& encoder, const std::vector<std::string>& texts) const {
    Progress progress(descriptor(), "embedding", "texts", texts.size());
    return eval::embed_texts(
        encoder, texts, [&](std::size_t done) { progress.set(done); }, stop_);
  }

  formats::ClassifierHead fit(const engine::Encoder& encoder, const data::LabelledTexts& train,
                              const classify::ClassNumbers& classes, ordered_json& result) const {
    const engine::Embeddings rows = embed(encoder, train.texts);
    const std::vector<std::uint32_t> numbers = classes.of(train.labels);
    Progress progress(descriptor(), "fitting", "iterations");
    Team team(encoder.threads());
    const auto regression = classify::LogisticRegression::fit(
        {rows.values, rows.dimensions, numbers}, classes.size(), team,
        {.c = options_.c, .progress = [&](std::size_t iteration) { progress.set(iteration); }}, stop_);
    progress.wipe();
    if (!regression.converged() && !quiet_) {
      note(fmt::format("the regression had not converged after {} iterations; a smaller --c may help",
                       regression.iterations()));
    }
    result["truncated"] = eval::truncated_texts(rows);
    return classify::head_of(regression, classes.names(), options_.vectors());
  }

  /// Of the head as it is saved.
  void score(const engine::Encoder& encoder, const formats::ClassifierHead& head, const data::LabelledTexts& test,
             const classify::ClassNumbers& classes, ordered_json& result) const {
    const engine::Embeddings rows = embed(encoder, test.texts);
    std::vector<std::uint32_t> predicted;
    predicted.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      predicted.push_back(classify::most_probable(classify::probabilities(head, rows[row]), 1).front());
    }
    const std::vector<std::uint32_t> truth = classes.of(test.labels);
    const eval::ClassificationScores scores = eval::classification_scores(truth, predicted);
    constexpr double kPercent = 100;
    result["test"] = test.size();
    result["unseen"] = std::ranges::count_if(truth, [&](std::uint32_t each) { return each >= classes.size(); });
    result["accuracy"] = kPercent * scores.accuracy;
    result["macro_f1"] = kPercent * scores.macro_f1;
  }

  void save(const engine::Encoder& encoder, const formats::ClassifierHead& head, AtomicFolder& output) const {
    if (!options_.tuning.wanted) models::copy_model(folder_, output.temporary());
    if (const auto packed = encoder.packed_model()) {
      const MappedFile source(*packed);
      AtomicFile copy(output.temporary() / models::kPackedModelFile);
      copy.write(source.bytes());
      copy.commit();
    }
    formats::write_classifier_head(output.temporary(), head);
    if (stop_.stop_requested()) throw Cancelled("the training was cancelled");
    output.commit();
  }

  int descriptor() const { return quiet_ ? -1 : STDERR_FILENO; }

  const ClassifierOptions& options_;
  bool quiet_;
  std::stop_token stop_;
  std::filesystem::path folder_;
};

}  // namespace

int train_classifier(Options& options) {
  ClassifierOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.encoder.options();  // a mistake there comes before all work
  chosen.tuning.settle(chosen.encoder);
  return run_interruptibly(
      [&](const Interruption& interruption) {
        find_columns(chosen.data, chosen.columns, true);
        ClassifierTraining(chosen, options.quiet(), interruption.token()).run();
        return 0;
      },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
