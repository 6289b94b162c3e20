#include "mana/classify/classifier.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/json_text.h"
#include "mana/cli/shell/line_output.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/replaceable_file.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {
namespace {

enum class RowFormat { tsv, jsonl };

struct ClassifyOptions {
  TextInput input;
  ModelChoice model{""};
  ComputeOptions compute;
  std::optional<std::string> output;
  std::optional<RowFormat> format;
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
    options.choice<RowFormat>("--format", "Form of the rows; without it, as the output's name ends, else tsv",
                              {{"tsv", RowFormat::tsv}, {"jsonl", RowFormat::jsonl}}, format);
    options.flag("--json", "The same as --format jsonl", json);
    options.flag("--include-text", "Put the text before the classes", include_text);
    options.flag("--force", "Replace a file that holds something else than such rows", force);
    options.group("Model");
    options.option("--model", "DIR", "The folder of a classifier, or its name among the models", model.model);
    options.require("--model");
    compute.describe(options);
  }

  RowFormat chosen_format() const {
    if (json && format == RowFormat::tsv) {
      throw UsageError("--json and --format contradict each other: give one of them");
    }
    if (json) return RowFormat::jsonl;
    if (format) return *format;
    const std::string ending = ending_of(output.value_or(""));
    if (ending == ".jsonl" || ending == ".ndjson") return RowFormat::jsonl;
    if (ending != ".tsv") require_no_other_form(output.value_or(""), ".tsv and .jsonl", "--format");
    return RowFormat::tsv;
  }

  /// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
  void require_safe_output(RowFormat chosen) const {
    std::vector<GivenPath> inputs = {{"--model", model.folder()}};
    input.add_to(inputs);
    require_apart({{output ? "--output" : "standard output", output.value_or("-")}}, inputs);
    if (!output) return;
    if (chosen == RowFormat::tsv) return require_own_kind(*output, "classes in a table", begins_as_class_table, force);
    require_own_kind(*output, "classes in JSON lines", begins_as_class_lines, force);
  }
};

/// The rows of classified texts.
class RowWriter {
 public:
  RowWriter(const classify::Classifier& classifier, RowFormat format, std::size_t top, bool include_text)
      : classes_(classifier.classes()), format_(format), top_(top), include_text_(include_text) {}

  std::string row(const std::string& text, const classify::Classification& found) const {
    const std::vector<std::uint32_t> best = classify::most_probable(found.probabilities, top_);
    return format_ == RowFormat::tsv ? table_row(text, found, best) : json_row(text, found, best);
  }

 private:
  std::string table_row(const std::string& text, const classify::Classification& found,
                        std::span<const std::uint32_t> best) const {
    std::string row = include_text_ ? table_field(text) : "";
    for (const std::uint32_t each : best) {
      row +=
          fmt::format("{}{}\t{:.4f}", row.empty() ? "" : "\t", table_field(classes_[each]), found.probabilities[each]);
    }
    return row + "\n";
  }

  std::string json_row(const std::string& text, const classify::Classification& found,
                       std::span<const std::uint32_t> best) const {
    std::string row = "{";
    if (include_text_) {
      row += "\"text\":";
      append_string(row, text);
      row += ",";
    }
    append_class(row, best.front(), found);
    if (top_ > 1) {
      row += ",\"top\":[";
      for (const std::uint32_t each : best) {
        row += each == best.front() ? "{" : ",{";
        append_class(row, each, found);
        row += "}";
      }
      row += "]";
    }
    return row + fmt::format(",\"truncated\":{}}}\n", found.truncated);
  }

  void append_class(std::string& row, std::uint32_t number, const classify::Classification& found) const {
    row += "\"label\":";
    append_string(row, classes_[number]);
    row += ",\"probability\":";
    append_number(row, static_cast<float>(found.probabilities[number]));
  }

  const std::vector<std::string>& classes_;
  RowFormat format_;
  std::size_t top_;
  bool include_text_;
};

}  // namespace

int classify_texts(Options& options) {
  ClassifyOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  const RowFormat format = chosen.chosen_format();
  chosen.require_safe_output(format);
  engine::EncoderOptions compute;
  chosen.compute.apply(compute);

  return run_interruptibly(
      [&](const Interruption& interruption) {
        const data::Waiting waiting(interruption.token());
        const data::TextSource source = chosen.input.open(waiting);
        const classify::Classifier classifier(chosen.model.folder(), compute);
        print_notes(classifier.encoder(), options.quiet());
        const RowWriter writer(classifier, format, chosen.top, chosen.include_text);
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
          progress.advance(found.size());
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
