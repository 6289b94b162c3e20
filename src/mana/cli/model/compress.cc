#include "mana/jobs/compress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mana/cli/model/compress_options.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/eval/correlation.h"
#include "mana/jobs/compress_translator.h"
#include "mana/models/transformer/config.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

void require_safe_names(const CompressOptions& chosen) {
  folder_name(chosen.output);
  std::vector<GivenPath> inputs;
  add_path(inputs, "--corpus", chosen.corpus.input);
  add_path(inputs, "--data", chosen.data);
  require_apart({{"--output", chosen.output}}, inputs);
}

data::ScoredPairs read_judged(const std::string& path, data::PairColumns columns, bool quiet) {
  find_columns(path, columns, quiet);
  data::ScoredPairs judged = data::read_scored_pairs(path, columns);
  note_mistakes(judged.notes, quiet);
  eval::require_different(judged.scores, "scores", path);
  return judged;
}

const char* quality_of(const jobs::CompressResult& result) {
  return result.judged_by_people ? "spearman" : "agreement";
}

ordered_json json_of(const jobs::CompressResult& result) {
  const auto object = [&](const jobs::MeasuredModel& model) {
    return ordered_json{{"folder_bytes", model.size.ordinary + model.size.packed},
                        {"bytes", model.size.ordinary},
                        {"packed_bytes", model.size.packed},
                        {"dimensions", model.dimensions},
                        {"precision", kernels::name_of(model.precision)},
                        {"texts_per_second", model.worth.texts_per_second},
                        {quality_of(result), model.worth.points}};
  };
  return {{"before", object(result.before)},
          {"after", object(result.after)},
          {"pairs", result.pairs},
          {"drop", result.drop},
          {"max_drop", result.allowed ? ordered_json(*result.allowed) : ordered_json()},
          {"written", result.written}};
}

std::string table_of(const jobs::CompressResult& result) {
  const auto mb = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; };
  const auto line = [&](const char* name, const jobs::MeasuredModel& model, const std::string& drop) {
    return fmt::format("{:<14}{:>9.1f}{:>14}{:>12}{:>11}{:>11.0f}{:>11.2f}{:>8}\n", name,
                       mb(model.size.ordinary + model.size.packed),
                       model.size.packed > 0 ? fmt::format("{:.1f}", mb(model.size.packed)) : "", model.dimensions,
                       kernels::name_of(model.precision), model.worth.texts_per_second, model.worth.points, drop);
  };
  return fmt::format("{:<14}{:>9}{:>14}{:>12}{:>11}{:>11}{:>11}{:>8}\n", "", "folder MB", "packed of it", "dimensions",
                     "precision", "texts/s", quality_of(result), "drop") +
         line("uncompressed", result.before, "") + line("compressed", result.after, fmt::format("{:.2f}", result.drop));
}

/// A translator is packed, and nothing of it is lost.
int pack_translator_with(const jobs::CompressOptions& job, bool json) {
  const jobs::PackedTranslatorResult result = jobs::pack_translator(job);
  print_report({{"output", job.output.string()},
                {"bytes", result.size.ordinary},
                {"packed_bytes", result.size.packed},
                {"precision", kernels::name_of(result.precision)},
                {"layouts", fmt::format("{}", fmt::join(result.layouts, " "))}},
               json, {.names_as_words = true});
  return 0;
}

int compress_with(CompressOptions& chosen, const Options& options, const std::stop_token& stop) {
  jobs::CompressOptions& job = chosen.job;
  job.model = chosen.model.folder();
  job.output = chosen.output;
  require_safe_names(chosen);
  if (chosen.data) job.data = read_judged(*chosen.data, chosen.columns, options.quiet());
  if (models::is_translator(job.model)) return pack_translator_with(job, chosen.json);
  if (chosen.corpus.input) job.corpus = [&] { return chosen.corpus.read_all(options.quiet(), stop); };
  note_classifier_left(job.model, options.quiet());
  StageProgress progress(options.terminal());
  const jobs::CompressResult result =
      jobs::compress_model(job,
                           {.loaded = [&](const engine::Encoder& encoder) { print_notes(encoder, options.quiet()); },
                            .stage = progress.event()},
                           stop);
  progress.wipe();
  print_report(json_of(result), chosen.json, table_of(result));
  if (result.written) return 0;
  note(fmt::format(
      "mana: nothing was written: {:.2f} points are lost, more than {:.2f}; allow it with --max-drop or --force",
      result.drop, *result.allowed));
  constexpr int kRefused = 1;
  return kRefused;
}

}  // namespace

int compress_model(Options& options) {
  CompressOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.settle(options);
  return run_interruptibly(
      [&](const Interruption& interruption) { return compress_with(chosen, options, interruption.token()); },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
