#include "mana/classify/classifier.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/base/progress.h"
#include "mana/cli/model/class_rows.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/line_output.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {
namespace {

struct ClassifyOptions {
  TextInput input;
  ModelChoice model{""};
  ComputeOptions compute;
  std::optional<std::string> output;
  std::optional<ClassRowFormat> format;
  bool json = false;
  bool include_text = false;
  std::size_t top = 1;
  bool force = false;

  void describe(Options& options) {
    input.describe(options);
    options.group("Output");
    options.option("--top", "K", "Print the K most probable classes, most probable first", top,
                   {.least = 1, .wanted = "a whole number of at least 1"});
    options.option("--output", "FILE", "Where the rows go; without it, to standard output", output);
    options.choice<ClassRowFormat>("--format", "Form of the rows; without it, as the output's name ends, else tsv",
                                   {{"tsv", ClassRowFormat::tsv}, {"jsonl", ClassRowFormat::jsonl}}, format);
    options.flag("--json", "The same as --format jsonl", json);
    options.flag("--include-text", "Put the text before the classes", include_text);
    options.flag("--force", "Replace a file that holds something else than such rows", force);
    options.group("Model");
    options.option("--model", "DIR", "The folder of a classifier, or its name among the models", model.model);
    options.require("--model");
    compute.describe(options);
  }

  ClassRowFormat chosen_format() const {
    if (json && format == ClassRowFormat::tsv) {
      throw UsageError("--json and --format contradict each other: give one of them");
    }
    if (json) return ClassRowFormat::jsonl;
    if (format) return *format;
    const std::string ending = ending_of_unpacked(output.value_or(""));
    if (ending == ".jsonl" || ending == ".ndjson") return ClassRowFormat::jsonl;
    if (ending != ".tsv")
      require_no_other_form(output.value_or(""), ".tsv and .jsonl (packed: .gz or .zst behind them)", "--format");
    return ClassRowFormat::tsv;
  }

  /// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
  void require_safe_output(ClassRowFormat chosen) const {
    std::vector<GivenPath> inputs = {{"--model", model.folder()}};
    input.add_to(inputs);
    require_apart({{output ? "--output" : "standard output", output.value_or("-")}}, inputs);
    if (!output) return;
    if (chosen == ClassRowFormat::tsv) return require_own_kind(*output, "classes in a table", is_class_table, force);
    require_own_kind(*output, "classes in JSON lines", is_class_lines, force);
  }
};

}  // namespace

int classify_texts(Options& options) {
  ClassifyOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  const ClassRowFormat format = chosen.chosen_format();
  chosen.require_safe_output(format);
  engine::EncoderOptions compute;
  chosen.compute.apply(compute);

  return run_interruptibly(
      [&](const Interruption& interruption) {
        const data::Waiting waiting(interruption.token());
        const data::TextSource source = chosen.input.open(waiting);
        const classify::Classifier classifier(chosen.model.folder(), compute);
        print_notes(classifier.encoder(), options.quiet());
        const ClassRowWriter writer(classifier, format, chosen.top, chosen.include_text);
        LineOutput output(chosen.output);
        std::size_t truncated = 0;
        Progress progress(options.terminal(), "classifying", "texts");
        const auto sink = [&](std::size_t, std::span<const std::string> texts,
                              std::span<const classify::Classification> found) {
          std::string rows;
          for (std::size_t i = 0; i < found.size(); ++i) {
            rows += writer.row(texts[i], found[i]);
            truncated += found[i].truncated ? 1 : 0;
          }
          output.write(rows);
          advance(progress, found.size(), chosen.input);
        };
        classifier.stream(source, sink, output.is_seen_at_once() ? waiting : data::Waiting(interruption.token()));
        output.commit();
        progress.wipe();
        chosen.input.note_mistakes(options.quiet());
        if (truncated > 0 && !options.quiet()) {
          note(fmt::format("{} {} truncated at {} tokens", truncated, truncated == 1 ? "text was" : "texts were",
                           classifier.encoder().max_tokens().value_or(0)));
        }
        return 0;
      },
      chosen.output ? "mana: interrupted; nothing was written" : "mana: interrupted");
}

}  // namespace mana::cli
