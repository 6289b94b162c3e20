#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace mana::generate {

using Token = std::int32_t;

/// Each token is drawn: of the `top_k` likeliest (Fan et al. 2018, arXiv:1805.04833), and of these the fewest whose
/// probabilities reach `top_p` together (Holtzman et al. 2020, arXiv:1904.09751), the logits divided by the
/// temperature. What is drawn is a function of seed, text, hypothesis and place alone.
struct Sampling {
  std::size_t top_k = 0;   ///< 0: of all
  double top_p = 1;        ///< in (0, 1]
  double temperature = 1;  ///< above 0
  std::uint64_t seed = 1;
};

/// How the tokens that follow are searched for.
struct Options {
  std::size_t beam = 1;         ///< hypotheses that are followed at once; 1: greedy
  std::size_t hypotheses = 1;   ///< that are given for each text, the best first
  double length_penalty = 1;    ///< α
  double coverage_penalty = 0;  ///< β; of the attention of `alignment_layer` and `alignment_head`
  double patience = 1;          ///< a search stops with round(beam · patience) hypotheses
  std::optional<Sampling> sampling = {};
  std::size_t min_length = 0;                       ///< tokens before the end, at least
  std::size_t max_length = 256;                     ///< tokens, the end among them
  bool forced_end = false;                          ///< the last token that the limit lets through is the end
  std::size_t no_repeat_ngram = 0;                  ///< no n tokens appear twice; 0: they may
  std::vector<std::vector<Token>> suppressed = {};  ///< rows of tokens that never appear
  bool alignment = false;                           ///< each hypothesis says what its tokens look at
  std::size_t alignment_layer = 0;                  ///< of the decoder, from 1 on; 0: the last
  std::size_t alignment_head = 1;                   ///< of that layer, from 1 on; 0: the mean of all

  std::size_t max_hypotheses() const;
  /// Whether a search has to know what tokens look at.
  bool needs_attention() const { return alignment || coverage_penalty != 0; }
};

/// Throws ArgumentError for options that mean nothing, or nothing for so many tokens.
void check(const Options& options, std::size_t vocabulary);

}  // namespace mana::generate
