#include "mana/jobs/validation_bleu.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "mana/eval/bleu.h"
#include "mana/generate/decoding.h"
#include "mana/generate/transformer_decoder.h"

namespace mana::jobs {
namespace {

constexpr std::size_t kRows = 128;  // hypotheses at once

/// The targets of the pairs that were not left out.
std::vector<std::string> targets_of(const data::ParallelFiles& files, const train::TokenPairs& pairs,
                                    const std::stop_token& stop) {
  std::vector<std::string> targets;
  targets.reserve(pairs.size());
  data::ParallelReader reader(files, stop);
  for (data::ParallelPair pair; targets.size() < pairs.size() && reader.next(pair);) {
    if (pair.line == pairs.lines[targets.size()]) targets.push_back(std::move(pair.target));
  }
  return targets;
}

std::vector<std::string> translate(const SequenceTraining& training, Team& team, const std::stop_token& stop) {
  const train::TokenPairs& pairs = *training.validation;
  std::vector<generate::Text> texts;
  texts.reserve(pairs.size());
  std::size_t longest = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    texts.push_back({.source = pairs.source[i]});
    longest = std::max<std::size_t>(longest, pairs.lengths[i].target);
  }
  generate::Options options;
  options.max_length = std::min(2 * longest, training.model.config().positions - 1);
  options.suppressed = {{training.tokenizers.pad()}};
  Pool pool;
  const generate::LikeliestTokens likeliest(training.model.model().output.weights);
  generate::TransformerDecoder decoder(training.model.model(), likeliest, {training.model.kernels(), pool, &team});
  generate::TextQueue queue(texts, {}, stop);
  generate::Decoding(decoder, options, queue, kRows)();
  std::vector<std::string> hypotheses;
  hypotheses.reserve(pairs.size());
  for (const std::vector<generate::Hypothesis>& found : queue.results()) {
    hypotheses.push_back(training.tokenizers.target().decode(found.front().tokens));
  }
  return hypotheses;
}

}  // namespace

OutputMeasure validation_bleu(const data::ParallelFiles& validation, std::uint64_t every) {
  const auto score = [validation, references = std::make_shared<std::vector<std::string>>()](
                         const SequenceTraining& training, Team& team, const std::stop_token& stop) {
    if (references->empty()) *references = targets_of(validation, *training.validation, stop);
    return eval::corpus_bleu(translate(training, team, stop), *references).score;
  };
  return {.name = "bleu", .every = every, .score = score};
}

}  // namespace mana::jobs
