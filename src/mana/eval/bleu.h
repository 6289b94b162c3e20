#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mana/eval/segment.h"

/// BLEU (Papineni et al. 2002, doi:10.3115/1073083.1073135), with the figures of sacreBLEU 2.6 (Post 2018,
/// arXiv:1804.08771).
namespace mana::eval {

/// What stands for a precision without a match (Chen & Cherry 2014, doi:10.3115/v1/W14-3346). With m matches among t
/// n-grams:
enum class BleuSmoothing {
  exponential,  ///< "exp": 1 / (2ᵏ t) for the k-th order without a match, as mteval-v13a has it
  floor,        ///< "floor": value / t
  add_k,        ///< "add-k": (m + value) / (t + value) for every order from the second on
  none,         ///< "none": 0
};

struct BleuOptions {
  SegmentTokenizer tokenizer = SegmentTokenizer::mteval13a;
  BleuSmoothing smoothing = BleuSmoothing::exponential;
  std::optional<double> smoothing_value = {};  ///< of floor and add-k; without it 0.1 and 1
  bool lowercase = false;
  /// Orders beyond the length of the hypotheses do not count: for the score of a single segment.
  bool effective_order = false;
};

/// Counts of a segment, or, added up, of a corpus.
struct BleuStatistics {
  static constexpr std::size_t kOrders = 4;

  std::array<std::uint64_t, kOrders>
      matches{};                                ///< n-grams of the hypothesis that a reference has, as often as it does
  std::array<std::uint64_t, kOrders> totals{};  ///< n-grams of the hypothesis
  std::uint64_t hypothesis_length = 0;          ///< words
  std::uint64_t reference_length = 0;           ///< of the reference that is nearest in length, the shorter of two

  BleuStatistics& operator+=(const BleuStatistics& other);
};

struct BleuScore {
  double score = 0;                                          ///< 0 … 100
  std::array<double, BleuStatistics::kOrders> precisions{};  ///< 0 … 100, smoothed; all 0 where no word matches
  double brevity_penalty = 0;                                ///< 0 … 1
  double length_ratio = 0;                                   ///< of hypotheses to references; 0 without references
};

/// Throws ArgumentError without references.
BleuStatistics bleu_statistics(std::string_view hypothesis, std::span<const std::string> references,
                               const BleuOptions& options = {});

///   BLEU = BP · exp(Σₙ log pₙ / N),  n = 1 … N = 4
///   pₙ = matchesₙ / totalsₙ, smoothed
///   BP = 1 where the hypotheses are as long as the references, h ≥ r, else exp(1 − r / h)
///
/// Of a segment or a corpus. 0 where nothing matches.
BleuScore bleu(const BleuStatistics& statistics, const BleuOptions& options = {});

/// Of texts with one reference each. Throws ArgumentError where they are not as many.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::string> references,
                      const BleuOptions& options = {});

/// What has to be said with a score, in sacreBLEU's form:
/// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:mana-0.1.0". `version` is the program's that computed it.
std::string bleu_signature(const BleuOptions& options, std::size_t references, std::string_view version);

/// "66.1/43.0/30.2/21.5 (BP = 1.000 ratio = 1.002 hyp_len = 12101 ref_len = 12079)", as sacreBLEU writes it.
std::string bleu_details(const BleuScore& score, const BleuStatistics& statistics);

}  // namespace mana::eval
