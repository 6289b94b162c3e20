#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/aligned_texts.h"
#include "mana/eval/bleu.h"
#include "mana/eval/chrf.h"
#include "mana/jobs/version.h"

namespace mana::cli {
namespace {

struct BleuTask {
  std::string hypotheses;
  std::string first_reference;
  std::vector<std::string> other_references;
  std::optional<std::string> hypothesis_column;
  std::optional<std::string> reference_column;
  eval::BleuOptions bleu;
  eval::ChrfOptions chrf;
  bool with_chrf = false;
  bool sentences = false;

  void describe(Options& options) {
    options.option("--hypotheses", "FILE", "The translations, one a line; or a table (.tsv, .csv) or JSON (.jsonl)",
                   hypotheses);
    options.require("--hypotheses");
    options.option("--references", "FILE", "What they should be, line by line; further references may follow",
                   first_reference);
    options.require("--references");
    options.arguments("FILE", "Further references", other_references);
    options.option("--hypothesis-column", "NAME", "The column or field of the hypotheses (default: text)",
                   hypothesis_column);
    options.option("--reference-column", "NAME", "The column or field of the references (default: text)",
                   reference_column);
    using eval::SegmentTokenizer;
    options.choice<SegmentTokenizer>("--tokenize",
                                     "How texts become words: as mteval-v13a, by Unicode's signs, or at spaces",
                                     {{"13a", SegmentTokenizer::mteval13a},
                                      {"intl", SegmentTokenizer::international},
                                      {"none", SegmentTokenizer::none}},
                                     bleu.tokenizer);
    using eval::BleuSmoothing;
    options.choice<BleuSmoothing>("--smoothing", "What stands for a precision without a match",
                                  {{"exp", BleuSmoothing::exponential},
                                   {"floor", BleuSmoothing::floor},
                                   {"add-k", BleuSmoothing::add_k},
                                   {"none", BleuSmoothing::none}},
                                  bleu.smoothing);
    options.option("--smoothing-value", "X", "The value of floor (default: 0.1) and of add-k (default: 1)",
                   bleu.smoothing_value, {.above = 0});
    options.flag("--lowercase", "Capitals do not count", bleu.lowercase);
    options.flag("--chrf", "chrF, too: n-grams of characters", with_chrf);
    options.option("--chrf-words", "N", "The longest n-grams of words in chrF; 2 is chrF++", chrf.word_order,
                   {.least = 0, .most = 9});
    options.flag("--sentences", "The scores of each segment, too", sentences);
  }

  bool parse(Options& options) {
    if (!options.parse()) return false;
    options.refuse_unless(with_chrf, {"--chrf-words"}, "--chrf");
    const bool has_value = bleu.smoothing == eval::BleuSmoothing::floor || bleu.smoothing == eval::BleuSmoothing::add_k;
    options.refuse_unless(has_value, {"--smoothing-value"}, "--smoothing floor and --smoothing add-k");
    chrf.lowercase = bleu.lowercase;
    return true;
  }

  std::vector<data::AlignedFile> files() const {
    std::vector<data::AlignedFile> files = {{hypotheses, hypothesis_column}, {first_reference, reference_column}};
    for (const std::string& each : other_references) files.push_back({each, reference_column});
    return files;
  }

  /// A single segment may be shorter than the longest n-grams.
  eval::BleuOptions for_sentences() const {
    eval::BleuOptions options = bleu;
    options.effective_order = true;
    return options;
  }
};

struct SentenceScores {
  double bleu = 0;
  double chrf = 0;
};

struct BleuResult {
  std::size_t references = 0;
  std::uint64_t segments = 0;
  eval::BleuStatistics bleu;
  eval::ChrfStatistics chrf;
  std::vector<SentenceScores> sentences;
};

BleuResult evaluate(const BleuTask& task, data::AlignedTexts& texts, const std::stop_token& stop) {
  BleuResult result;
  std::vector<std::string> segment;
  while (texts.next(segment)) {
    if (stop.stop_requested()) throw Cancelled("the evaluation was interrupted");
    const std::span<const std::string> references = std::span(segment).subspan(1);
    result.references = references.size();
    const eval::BleuStatistics bleu = eval::bleu_statistics(segment.front(), references, task.bleu);
    result.bleu += bleu;
    eval::ChrfStatistics chrf;
    if (task.with_chrf) result.chrf += chrf = eval::chrf_statistics(segment.front(), references, task.chrf);
    if (task.sentences) {
      result.sentences.push_back({eval::bleu(bleu, task.for_sentences()).score, eval::chrf(chrf)});
    }
  }
  result.segments = texts.count();
  return result;
}

void note_empty(const data::AlignedTexts& texts, std::size_t references, bool quiet) {
  for (std::size_t r = 1; r <= references; ++r) {
    const data::ReadingNotes::Rows& empty = texts.empty(r);
    if (empty.count == texts.count()) {
      throw FormatError(fmt::format("{} holds no texts: all of it is white space", texts.name(r)));
    }
    if (empty.count == 0 || quiet) continue;
    note(fmt::format("{} {} of {} {} empty, the first is number {}: references without words, which count as such",
                     empty.count, empty.count == 1 ? "text" : "texts", texts.name(r), empty.count == 1 ? "is" : "are",
                     empty.first));
  }
}

std::string version() { return fmt::format("mana-{}", jobs::version()); }

nlohmann::ordered_json json_of(const BleuTask& task, const BleuResult& result) {
  const eval::BleuScore score = eval::bleu(result.bleu, task.bleu);
  nlohmann::ordered_json object = {{"task", "bleu"},
                                   {"segments", result.segments},
                                   {"references", result.references},
                                   {"bleu", score.score},
                                   {"precisions", score.precisions},
                                   {"matches", result.bleu.matches},
                                   {"totals", result.bleu.totals},
                                   {"brevity_penalty", score.brevity_penalty},
                                   {"length_ratio", score.length_ratio},
                                   {"hypothesis_length", result.bleu.hypothesis_length},
                                   {"reference_length", result.bleu.reference_length},
                                   {"signature", eval::bleu_signature(task.bleu, result.references, version())}};
  if (task.with_chrf) {
    object["chrf"] = eval::chrf(result.chrf);
    object["chrf_name"] = eval::chrf_name(task.chrf);
    object["chrf_signature"] = eval::chrf_signature(task.chrf, result.references, version());
  }
  if (!task.sentences) return object;
  object["sentence_signature"] = eval::bleu_signature(task.for_sentences(), result.references, version());
  nlohmann::ordered_json& sentences = object["sentences"] = nlohmann::ordered_json::array();
  for (const SentenceScores& scores : result.sentences) {
    nlohmann::ordered_json& each = sentences.emplace_back(nlohmann::ordered_json{{"bleu", scores.bleu}});
    if (task.with_chrf) each["chrf"] = scores.chrf;
  }
  return object;
}

/// A line for each measure as sacreBLEU writes it, which is what papers quote; then a line for each segment.
std::string lines_of(const BleuTask& task, const BleuResult& result) {
  const eval::BleuScore score = eval::bleu(result.bleu, task.bleu);
  std::string lines =
      fmt::format("BLEU|{} = {:.2f} {}\n", eval::bleu_signature(task.bleu, result.references, version()), score.score,
                  eval::bleu_details(score, result.bleu));
  const std::string chrf_name = eval::chrf_name(task.chrf);
  if (task.with_chrf) {
    lines += fmt::format("{}|{} = {:.2f}\n", chrf_name, eval::chrf_signature(task.chrf, result.references, version()),
                         eval::chrf(result.chrf));
  }
  if (!task.sentences) return lines;
  lines += fmt::format("\n{:>8}{:>10}{}\n", "segment", "BLEU", task.with_chrf ? fmt::format("{:>10}", chrf_name) : "");
  for (std::size_t i = 0; i < result.sentences.size(); ++i) {
    lines += fmt::format("{:>8}{:>10.2f}", i + 1, result.sentences[i].bleu);
    if (task.with_chrf) lines += fmt::format("{:>10.2f}", result.sentences[i].chrf);
    lines += '\n';
  }
  return lines;
}

}  // namespace

int eval_bleu(Options& options) {
  BleuTask task;
  bool json = false;
  task.describe(options);
  options.flag("--json", "Print a JSON object", json);
  if (!task.parse(options)) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    data::AlignedTexts texts(task.files(), interruption.token());
    const BleuResult result = evaluate(task, texts, interruption.token());
    for (std::size_t file = 0; file <= result.references; ++file) note_mistakes(texts.notes(file), options.quiet());
    note_empty(texts, result.references, options.quiet());
    print_report(json_of(task, result), json, lines_of(task, result));
    return 0;
  });
}

}  // namespace mana::cli
