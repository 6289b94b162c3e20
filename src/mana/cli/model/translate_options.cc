#include "mana/cli/model/translate_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/cli/model/direct_output.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/jobs/resume_journal.h"

namespace mana::cli {

void SearchOptions::describe(Options& options) {
  options.group("Search; what is not given is as the model's folder says");
  options.option("--beam", "N", "Hypotheses that are followed at once; 1 is greedy search", beam);
  options.option("--n-best", "N", "Translations of each text, the best first", n_best);
  options.option("--alpha", "A", "Length penalty: hypotheses are ranked by log p / length^A", alpha);
  options.option("--coverage", "B", "Coverage penalty: B · Σ log min(1, how much a token of the source was looked at)",
                 coverage);
  options.known_as("coverage_penalty", "--coverage");
  options.option("--patience", "P", "A search stops with N · P hypotheses, N the beam", patience);
  options.option("--min-length", "N", "Tokens of a translation, at least", min_length);
  options.option("--max-length", "N", "Tokens of a translation, at most", max_length);
  options.option("--no-repeat-ngram", "N", "No N tokens appear twice in a translation; 0: they may", no_repeat_ngram);
  options.option("--alignment-layer", "N",
                 "The decoder's layer whose attention --explain and --coverage go by; 0: the last", alignment_layer);
  options.option("--alignment-head", "N", "The head of it (default: 1); 0: the mean of all", alignment_head);
  options.flag("--sample", "Draw each token by its probability", sample);
  options.option("--top-k", "K", "Draw of the K likeliest tokens; 0: of all", sampling.top_k);
  options.option("--top-p", "P", "Draw of the likeliest tokens that have a share P of the probability", sampling.top_p);
  options.option("--temperature", "T", "Divide the logits by T before tokens are drawn", sampling.temperature);
  options.option("--seed", "N", "What is drawn depends on this number", sampling.seed);
}

void SearchOptions::check(const Options& options) const {
  options.refuse_unless(sample, {"--top-k", "--top-p", "--temperature", "--seed"}, "--sample");
}

generate::Options SearchOptions::over(generate::Options defaults) const {
  generate::Options chosen = std::move(defaults);
  const auto set = [](auto& value, const auto& given) {
    if (given) value = *given;
  };
  set(chosen.beam, beam);
  set(chosen.hypotheses, n_best);
  set(chosen.length_penalty, alpha);
  set(chosen.coverage_penalty, coverage);
  set(chosen.patience, patience);
  set(chosen.min_length, min_length);
  set(chosen.max_length, max_length);
  set(chosen.no_repeat_ngram, no_repeat_ngram);
  set(chosen.alignment_layer, alignment_layer);
  set(chosen.alignment_head, alignment_head);
  if (sample) {
    chosen.sampling = sampling;
    if (!beam) chosen.beam = 1;
  }
  return chosen;
}

void TranslateOptions::describe(Options& options) {
  input.describe(options);
  options.group("Output");
  options.option("--output", "FILE", "Where the translations go; without it, to standard output", output);
  options.choice<jobs::TranslationFormat>("--format",
                                          "Form of the translations; without it, as the output's name ends, else text",
                                          {{"text", jobs::TranslationFormat::text},
                                           {"jsonl", jobs::TranslationFormat::jsonl},
                                           {"tsv", jobs::TranslationFormat::tsv}},
                                          format);
  options.flag("--json", "The same as --format jsonl", json);
  options.flag("--include-text", "Put the text into each line of jsonl", include_text);
  options.flag("--explain", "Show the tokens of both sides, how likely each was and what it looked at", explain);
  options.flag("--force", "Replace a file that holds something else than such translations", force);
  options.flag("--resume", "Go on with a job that was interrupted, from its partial file", resume);
  options.flag("--resume-if-any", "The same where there is one; else begin", resume_if_any);
  search.describe(options);
  guides.describe(options);
  options.group("Model");
  options.option("--model", "DIR", "The folder of a translator, or its name among the models", model.model);
  options.require("--model");
  compute.describe(options);
}

bool TranslateOptions::has_journal() const { return is_file_output(output.value_or("")); }

jobs::TranslationFormat TranslateOptions::chosen_format() const {
  if (json && format && *format != jobs::TranslationFormat::jsonl) {
    throw UsageError("--json and --format contradict each other: give one of them");
  }
  if (json) return jobs::TranslationFormat::jsonl;
  if (format) return *format;
  const std::string ending = ending_of_unpacked(output.value_or(""));
  if (ending == ".jsonl" || ending == ".ndjson") return jobs::TranslationFormat::jsonl;
  if (ending == ".tsv") return jobs::TranslationFormat::tsv;
  if (output && ending != ".txt") {
    require_no_other_form(*output, ".txt, .jsonl and .tsv (packed: .gz or .zst behind them)", "--format");
  }
  return jobs::TranslationFormat::text;
}

void TranslateOptions::check(const Options& options) const {
  search.check(options);
  options.refuse_unless(explain || search.coverage, {"--alignment-layer", "--alignment-head"},
                        "--explain and --coverage");
  guides.check(options, input.texts.empty() ? input.input.value_or("-") : "");
  jobs::check(job({}));
  if (resuming() && !has_journal()) {
    throw ArgumentError("--resume needs a file to go on with: give it with --output");
  }
  if (resume && !resume_if_any) jobs::ResumeJournal::require(*output);
  std::vector<GivenPath> inputs = {{"--model", model.folder()}};
  input.add_to(inputs);
  guides.add_to(inputs);
  std::vector<GivenPath> outputs = {{output ? "--output" : "standard output", output.value_or("-")}};
  if (has_journal()) {
    for (const std::filesystem::path& path : jobs::partial_files_of(*output)) outputs.push_back({"--output", path});
  }
  require_apart(outputs, inputs);
  if (!has_journal()) return;
  switch (chosen_format()) {
    case jobs::TranslationFormat::text: {
      std::error_code error;
      if (force || !std::filesystem::is_regular_file(*output, error) ||
          std::filesystem::file_size(*output, error) == 0) {
        break;
      }
      throw ArgumentError(fmt::format(
          "{} is there, and lines of text do not tell whose they are: give another name, or replace it with --force",
          *output));
    }
    case jobs::TranslationFormat::jsonl:
      require_own_kind(*output, "translations in JSON lines", is_translation_lines, force);
      break;
    case jobs::TranslationFormat::tsv:
      require_own_kind(*output, "translations in a table", is_translation_table, force);
      break;
  }
}

generate::TranslatorOptions TranslateOptions::translator() const {
  return {.threads = compute.threads, .isa = compute.isa, .precision = compute.precision};
}

jobs::TranslateFileOptions TranslateOptions::job(const generate::Options& defaults) const {
  generate::Options chosen = search.over(defaults);
  chosen.alignment = explain;
  return {.output = output.value_or(""),
          .rows = {chosen_format(), include_text, explain},
          .search = std::move(chosen),
          .resume = resuming()};
}

}  // namespace mana::cli
