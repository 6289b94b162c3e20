#include "mana/cli/train/training_evaluation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/base/xxh64.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/data/labelled_pairs.h"
#include "mana/data/retrieval_set.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/triplets.h"
#include "mana/eval/correlation.h"
#include "mana/eval/pair_metrics.h"
#include "mana/eval/pairs.h"
#include "mana/eval/retrieval.h"
#include "mana/eval/sts.h"
#include "mana/eval/triplets.h"

namespace mana::cli {
namespace {

/// A task whose data are kept by its function: score(data, progress).
template <class Data, class Score>
train::Evaluation task(std::string metric, Data data, bool quiet, const Score& score) {
  auto kept = std::make_shared<const Data>(std::move(data));
  return {std::move(metric), [kept, quiet, score] {
            Progress progress(quiet ? -1 : STDERR_FILENO, "evaluating", "texts");
            return 100 * score(*kept, [&](std::size_t texts) { progress.set(texts); });
          }};
}

std::uint64_t sum_of(const std::filesystem::path& file) { return xxh64(MappedFile(file).bytes()); }

}  // namespace

void EvaluationChoice::describe(Options& options) {
  options.group("Evaluation, before and during training: the best weights are kept");
  options.option("--eval-sts", "FILE", "Scored pairs, as for mana eval sts", sts);
  options.option("--eval-retrieval", "DIR", "A BEIR folder, as for mana eval retrieval", retrieval);
  options.option("--eval-pairs", "FILE", "Labelled pairs, as for mana eval pairs", pairs);
  options.option("--eval-triplet", "FILE", "Triplets, as for mana eval triplet", triplet);
}

void EvaluationChoice::add_to(std::vector<GivenPath>& inputs) const {
  add_path(inputs, "--eval-sts", sts);
  add_path(inputs, "--eval-retrieval", retrieval);
  add_path(inputs, "--eval-pairs", pairs);
  add_path(inputs, "--eval-triplet", triplet);
}

std::string EvaluationChoice::fingerprint() const {
  if (retrieval) {
    const data::RetrievalFiles files = data::retrieval_files(*retrieval);
    return fmt::format("retrieval {:x} {:x} {:x}", sum_of(files.corpus), sum_of(files.queries), sum_of(files.qrels));
  }
  if (sts) return fmt::format("sts {:x}", sum_of(*sts));
  if (pairs) return fmt::format("pairs {:x}", sum_of(*pairs));
  if (triplet) return fmt::format("triplet {:x}", sum_of(*triplet));
  return "none";
}

std::optional<train::Evaluation> EvaluationChoice::load(const engine::Encoder& encoder, bool quiet,
                                                        std::stop_token stop) const {
  const int tasks =
      int{sts.has_value()} + int{retrieval.has_value()} + int{pairs.has_value()} + int{triplet.has_value()};
  if (tasks > 1)
    throw UsageError(
        "one of --eval-sts, --eval-retrieval, --eval-pairs and --eval-triplet decides which weights are best; leave "
        "the others out");
  if (sts) {
    data::PairColumns columns;
    find_columns(*sts, columns, quiet);
    data::ScoredPairs scored = data::read_scored_pairs(*sts, columns);
    eval::require_different(scored.scores, "scores", *sts);
    return task("STS: Spearman · 100", std::move(scored), quiet,
                [&encoder, stop](const data::ScoredPairs& data, const eval::TextProgress& progress) {
                  return eval::evaluate_sts(encoder, data, progress, stop).spearman;
                });
  }
  if (retrieval) {
    return task("retrieval: nDCG@10 · 100", data::read_retrieval_set(data::retrieval_files(*retrieval)), quiet,
                [&encoder, stop](const data::RetrievalSet& data, const eval::TextProgress& progress) {
                  return eval::evaluate_retrieval(encoder, encoder, data, {}, progress, stop).metrics.ndcg.at(10);
                });
  }
  if (pairs) {
    data::LabelledPairColumns columns;
    find_columns(*pairs, columns, quiet);
    data::LabelledPairs labelled = data::read_labelled_pairs(*pairs, columns);
    eval::require_both_labels(labelled.labels, *pairs);
    return task("pairs: average precision · 100", std::move(labelled), quiet,
                [&encoder, stop](const data::LabelledPairs& data, const eval::TextProgress& progress) {
                  return eval::evaluate_pairs(encoder, data, progress, stop)
                      .metrics.at(formats::Similarity::cosine)
                      .average_precision;
                });
  }
  if (triplet) {
    data::TripletColumns columns;
    find_columns(*triplet, columns, quiet);
    return task("triplets: accuracy · 100", data::read_triplets(*triplet, columns), quiet,
                [&encoder, stop](const data::Triplets& data, const eval::TextProgress& progress) {
                  return eval::evaluate_triplets(encoder, encoder, data, 0, progress, stop)
                      .accuracy.at(formats::Similarity::cosine);
                });
  }
  return std::nullopt;
}

}  // namespace mana::cli
