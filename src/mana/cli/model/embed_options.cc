#include "mana/cli/model/embed_options.h"

#include <filesystem>
#include <vector>

#include "mana/base/file.h"
#include "mana/cli/model/direct_output.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/output_paths.h"

namespace mana::cli {

void EmbedOptions::describe(Options& options) {
  input.describe(options);
  input.describe_keep(options);
  options.group("Output");
  options.option("--output", "FILE", "Where the vectors go; without it, to standard output", output);
  options.choice<jobs::EmbeddingFormat>("--format",
                                        "Form of the vectors; without it, as the output's name ends, else jsonl",
                                        {{"jsonl", jobs::EmbeddingFormat::jsonl},
                                         {"npy", jobs::EmbeddingFormat::npy},
                                         {"tsv", jobs::EmbeddingFormat::tsv}},
                                        format);
  options.flag("--json", "The same as --format jsonl", json);
  options.flag("--include-text", "Put the text into each line of jsonl", include_text);
  options.flag("--force", "Replace a file that holds something else than such vectors", force);
  options.flag("--resume", "Go on with a job that was interrupted, from its partial file", resume);
  options.flag("--resume-if-any", "The same where there is one; else begin", resume_if_any);
  type.describe(options);
  model.describe(options);
}

void EmbedOptions::check() const {
  input.check();
  jobs::check(job());
  type.check(input);
  if (resuming() && !has_journal()) {
    throw ArgumentError("--resume needs a file to go on with: give it with --output");
  }
  if (resume && !resume_if_any) jobs::ResumeJournal::require(*output);
  require_safe_outputs(chosen_format());
}

bool EmbedOptions::has_journal() const { return is_file_output(output.value_or("")); }

jobs::EmbeddingFormat EmbedOptions::chosen_format() const {
  if (json && format && *format != jobs::EmbeddingFormat::jsonl) {
    throw UsageError("--json and --format contradict each other: give one of them");
  }
  if (json) return jobs::EmbeddingFormat::jsonl;
  return format ? *format : format_of(output.value_or(""));
}

jobs::EmbedFileOptions EmbedOptions::job() const {
  return {.output = output.value_or(""),
          .format = chosen_format(),
          .type = type.type,
          .include_text = include_text,
          .carried = input.carried(),
          .resume = resuming(),
          .encoder = model.options()};
}

void EmbedOptions::require_safe_outputs(jobs::EmbeddingFormat chosen) const {
  std::vector<GivenPath> inputs;
  std::vector<GivenPath> outputs = {{output ? "--output" : "standard output", output.value_or("-")}};
  input.add_to(inputs);
  add_path(inputs, "--calibrate", type.calibrate);
  add_path(inputs, "--ranges", type.ranges);
  inputs.push_back({"--model", model.model.folder()});
  if (is_file_output(output.value_or(""))) {
    for (const std::filesystem::path& path : jobs::files_beside(*output)) outputs.push_back({"--output", path});
  }
  add_path(outputs, "--write-ranges", type.write_ranges);
  require_apart(outputs, inputs);
  if (type.write_ranges) require_own_kind(*type.write_ranges, "an array of NumPy", is_npy, force);
  if (!is_file_output(output.value_or(""))) return;
  switch (chosen) {
    case jobs::EmbeddingFormat::jsonl:
      return require_own_kind(*output, "vectors in JSON lines", is_embedding_lines, force);
    case jobs::EmbeddingFormat::npy: require_own_kind(*output, "an array of NumPy", is_npy, force); break;
    case jobs::EmbeddingFormat::tsv: {
      // A table with names in front may be anybody's; the counts beside it are ours, as is seen below.
      const bool has_counts = file_exists(jobs::token_counts_of(*output));
      const auto is_ours = [&](const FileBeginning& file) {
        return is_embedding_table(file) || (has_counts && is_carried_table(file));
      };
      require_own_kind(*output, "vectors in a table", is_ours, force);
      break;
    }
  }
  require_own_kind(jobs::token_counts_of(*output), "counts of tokens", is_token_counts, force);
}

}  // namespace mana::cli
