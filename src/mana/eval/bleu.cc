#include "mana/eval/bleu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "mana/base/errors.h"
#include "mana/eval/ngrams.h"

namespace mana::eval {
namespace {

constexpr std::size_t kOrders = BleuStatistics::kOrders;

double value_of(const BleuOptions& options) {
  return options.smoothing_value.value_or(options.smoothing == BleuSmoothing::floor ? 0.1 : 1.0);
}

double logarithm(double precision) {
  constexpr double kOfZero = -9999999999;  // sacreBLEU's: its exponential is 0
  return precision == 0 ? kOfZero : std::log(precision);
}

/// The length nearest to that of the hypothesis, the shorter of two.
std::size_t nearest_length(std::size_t hypothesis, std::span<const Symbols> references) {
  const auto distance = [&](std::size_t length) {
    return length < hypothesis ? hypothesis - length : length - hypothesis;
  };
  std::size_t nearest = references.front().size();
  for (const Symbols& reference : references) {
    const std::size_t length = reference.size();
    const bool as_near = distance(length) == distance(nearest);
    if (distance(length) < distance(nearest) || (as_near && length < nearest)) nearest = length;
  }
  return nearest;
}

double brevity_penalty(const BleuStatistics& statistics) {
  const auto hypotheses = static_cast<double>(statistics.hypothesis_length);
  const auto references = static_cast<double>(statistics.reference_length);
  if (hypotheses >= references) return 1;
  return hypotheses > 0 ? std::exp(1 - references / hypotheses) : 0;
}

std::string name_of(const BleuOptions& options) {
  switch (options.smoothing) {
    case BleuSmoothing::exponential: return "exp";
    case BleuSmoothing::floor: return fmt::format("floor[{:.2f}]", value_of(options));
    case BleuSmoothing::add_k: return fmt::format("add-k[{:.2f}]", value_of(options));
    case BleuSmoothing::none: return "none";
  }
  return "";
}

}  // namespace

BleuStatistics& BleuStatistics::operator+=(const BleuStatistics& other) {
  for (std::size_t n = 0; n < kOrders; ++n) {
    matches[n] += other.matches[n];
    totals[n] += other.totals[n];
  }
  hypothesis_length += other.hypothesis_length;
  reference_length += other.reference_length;
  return *this;
}

BleuStatistics bleu_statistics(std::string_view hypothesis, std::span<const std::string> references,
                               const BleuOptions& options) {
  if (references.empty()) throw ArgumentError("BLEU needs a reference for every hypothesis");
  std::vector<std::u32string> lines;
  lines.reserve(1 + references.size());
  const auto add = [&](std::string_view segment) {
    lines.push_back(tokenized(characters_of(segment, options.lowercase), options.tokenizer));
  };
  add(hypothesis);
  for (const std::string& reference : references) add(reference);

  std::vector<std::vector<std::u32string_view>> words;
  words.reserve(lines.size());
  for (const std::u32string& line : lines) words.push_back(words_of(line));
  const std::vector<Symbols> texts = numbered(words);
  const std::vector<std::vector<Ngrams>> ngrams = ngrams_of(texts, kOrders);

  BleuStatistics statistics;
  statistics.hypothesis_length = texts.front().size();
  statistics.reference_length = nearest_length(texts.front().size(), std::span(texts).subspan(1));
  for (std::size_t n = 0; n < kOrders; ++n) {
    Ngrams allowed = ngrams[1][n];
    for (std::size_t r = 2; r < ngrams.size(); ++r) allowed = united(allowed, ngrams[r][n]);
    statistics.matches[n] = common(ngrams[0][n], allowed);
    statistics.totals[n] = ngrams[0][n].size();
  }
  return statistics;
}

BleuScore bleu(const BleuStatistics& statistics, const BleuOptions& options) {
  BleuScore result;
  result.brevity_penalty = brevity_penalty(statistics);
  if (statistics.reference_length > 0) {
    result.length_ratio =
        static_cast<double>(statistics.hypothesis_length) / static_cast<double>(statistics.reference_length);
  }
  if (std::ranges::count(statistics.matches, 0U) == kOrders) return result;

  // The order of the operations is sacreBLEU's: its last digits are meant.
  const double value = value_of(options);
  double halvings = 1;
  std::size_t orders = kOrders;
  for (std::size_t n = 0; n < kOrders; ++n) {
    const double added = options.smoothing == BleuSmoothing::add_k && n > 0 ? value : 0;
    const double matches = static_cast<double>(statistics.matches[n]) + added;
    const double total = static_cast<double>(statistics.totals[n]) + added;
    if (total == 0) break;
    if (options.effective_order) orders = n + 1;
    double& precision = result.precisions[n];
    if (matches > 0) {
      precision = 100 * matches / total;
    } else if (options.smoothing == BleuSmoothing::exponential) {
      halvings *= 2;
      precision = 100 / (halvings * total);
    } else if (options.smoothing == BleuSmoothing::floor) {
      precision = 100 * value / total;
    }
  }
  double sum = 0;
  for (std::size_t n = 0; n < orders; ++n) sum += logarithm(result.precisions[n]);
  result.score = result.brevity_penalty * std::exp(sum / static_cast<double>(orders));
  return result;
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options) {
  if (hypotheses.size() != references.size()) {
    throw ArgumentError(fmt::format("{} hypotheses cannot be compared with {} references; they must be as many",
                                    hypotheses.size(), references.size()));
  }
  BleuStatistics statistics;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    statistics += bleu_statistics(hypotheses[i], references.subspan(i, 1), options);
  }
  return bleu(statistics, options);
}

std::string bleu_signature(const BleuOptions& options, std::size_t references, std::string_view version) {
  return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:{}|version:{}", references,
                     options.lowercase ? "lc" : "mixed", options.effective_order ? "yes" : "no",
                     name_of(options.tokenizer), name_of(options), version);
}

std::string bleu_details(const BleuScore& score, const BleuStatistics& statistics) {
  const auto& p = score.precisions;
  return fmt::format("{:.1f}/{:.1f}/{:.1f}/{:.1f} (BP = {:.3f} ratio = {:.3f} hyp_len = {} ref_len = {})", p[0], p[1],
                     p[2], p[3], score.brevity_penalty, score.length_ratio, statistics.hypothesis_length,
                     statistics.reference_length);
}

}  // namespace mana::eval
