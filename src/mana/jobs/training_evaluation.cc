#include "mana/jobs/training_evaluation.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "mana/base/file.h"
#include "mana/base/xxh64.h"
#include "mana/data/retrieval_set.h"
#include "mana/eval/correlation.h"
#include "mana/eval/pair_metrics.h"
#include "mana/eval/pairs.h"
#include "mana/eval/retrieval.h"
#include "mana/eval/sts.h"
#include "mana/eval/triplets.h"
#include "mana/jobs/found_columns.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

/// A task whose data are kept by its function: score(data, progress).
template <class Data, class Score>
train::Evaluation task(std::string metric, Data data, const StageEvent& stage, const Score& score) {
  auto kept = std::make_shared<const Data>(std::move(data));
  return {std::move(metric), [kept, stage, score] {
            return 100 * score(*kept, [&](std::size_t texts) { stage({"evaluating", "texts", texts}); });
          }};
}

/// The columns that were named, each with what it is; nothing of those that have their usual names.
std::string named_columns(std::initializer_list<std::array<std::string_view, 3>> columns) {
  std::string named;
  for (const auto& [role, usual, name] : columns) {
    if (name != usual) named += fmt::format(" {} = {}", role, name);
  }
  return named;
}

std::uint64_t sum_of(const std::filesystem::path& file) { return xxh64(MappedFile(file).bytes()); }

}  // namespace

std::string EvaluationData::fingerprint() const {
  if (eval_retrieval) {
    const data::RetrievalFiles files = data::retrieval_files(*eval_retrieval);
    return fmt::format("retrieval {:x} {:x} {:x}", sum_of(files.corpus), sum_of(files.queries), sum_of(files.qrels));
  }
  if (eval_sts) {
    const data::PairColumns usual;
    return fmt::format("sts {:x}{}", sum_of(*eval_sts),
                       named_columns({{"score", usual.score, sts_columns.score},
                                      {"first", usual.first, sts_columns.first},
                                      {"second", usual.second, sts_columns.second}}));
  }
  if (eval_pairs) {
    const data::LabelledPairColumns usual;
    return fmt::format("pairs {:x}{}", sum_of(*eval_pairs),
                       named_columns({{"label", usual.label, pairs_columns.label},
                                      {"first", usual.first, pairs_columns.first},
                                      {"second", usual.second, pairs_columns.second}}));
  }
  if (eval_triplet) {
    const data::TripletColumns usual;
    return fmt::format("triplet {:x}{}", sum_of(*eval_triplet),
                       named_columns({{"anchor", usual.anchor, triplet_columns.anchor},
                                      {"positive", usual.positive, triplet_columns.positive},
                                      {"negative", usual.negative, triplet_columns.negative}}));
  }
  return "none";
}

std::optional<train::Evaluation> EvaluationData::load(const engine::Encoder& encoder,
                                                      const std::function<void(std::string)>& found,
                                                      const StageEvent& stage, std::stop_token stop) const {
  const int tasks = int{eval_sts.has_value()} + int{eval_retrieval.has_value()} + int{eval_pairs.has_value()} +
                    int{eval_triplet.has_value()};
  if (tasks > 1)
    throw OptionError(
        "one of `eval_sts`, `eval_retrieval`, `eval_pairs` and `eval_triplet` decides which weights are best; leave "
        "the others out");
  if (eval_sts) {
    data::PairColumns columns = sts_columns;
    found(find_columns(*eval_sts, columns));
    data::ScoredPairs scored = data::read_scored_pairs(*eval_sts, columns);
    eval::require_different(scored.scores, "scores", *eval_sts);
    return task("STS: Spearman · 100", std::move(scored), stage,
                [&encoder, stop](const data::ScoredPairs& data, const eval::TextProgress& progress) {
                  return eval::evaluate_sts(encoder, data, progress, stop).spearman;
                });
  }
  if (eval_retrieval) {
    return task("retrieval: nDCG@10 · 100", data::read_retrieval_set(data::retrieval_files(*eval_retrieval)), stage,
                [&encoder, stop](const data::RetrievalSet& data, const eval::TextProgress& progress) {
                  return eval::evaluate_retrieval(encoder, encoder, data, {}, progress, stop).metrics.ndcg.at(10);
                });
  }
  if (eval_pairs) {
    data::LabelledPairColumns columns = pairs_columns;
    found(find_columns(*eval_pairs, columns));
    data::LabelledPairs labelled = data::read_labelled_pairs(*eval_pairs, columns);
    eval::require_both_labels(labelled.labels, *eval_pairs);
    return task("pairs: average precision · 100", std::move(labelled), stage,
                [&encoder, stop](const data::LabelledPairs& data, const eval::TextProgress& progress) {
                  return eval::evaluate_pairs(encoder, data, progress, stop)
                      .metrics.at(formats::Similarity::cosine)
                      .average_precision;
                });
  }
  if (eval_triplet) {
    data::TripletColumns columns = triplet_columns;
    found(find_columns(*eval_triplet, columns));
    return task("triplets: accuracy · 100", data::read_triplets(*eval_triplet, columns), stage,
                [&encoder, stop](const data::Triplets& data, const eval::TextProgress& progress) {
                  return eval::evaluate_triplets(encoder, encoder, data, 0, progress, stop)
                      .accuracy.at(formats::Similarity::cosine);
                });
  }
  return std::nullopt;
}

}  // namespace mana::jobs
