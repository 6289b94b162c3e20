#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/generate/cache_size.h"
#include "mana/generate/likeliest.h"
#include "mana/generate/text_queue.h"
#include "mana/models/transformer/transformer.h"

namespace mana::generate {

/// Throws ArgumentError for options that mean nothing, or nothing for such a model: more tokens than it has positions,
/// a layer or head that it lacks.
void check(const Options& options, const models::TransformerConfig& config);

/// Translates many texts: each thread has rows of its own and takes texts from one queue, so that none waits for
/// another; a text that comes alone is shared by all of them, product by product. The bits of what is found do not
/// depend on how many threads and texts there are. For one caller at a time.
class Generator {
 public:
  /// The model's weights are laid out for these kernels, which outlive it.
  Generator(std::shared_ptr<const models::Transformer> model, const kernels::Table& kernels, unsigned threads,
            kernels::Profile* profile = nullptr);

  const models::Transformer& model() const { return *model_; }
  unsigned threads() const { return team_.size(); }

  /// The memory that the search of so many texts may take beside the model.
  CacheSize cache_size(const Options& options, std::size_t texts, std::size_t longest_source) const;

  /// What follows each text, the best first, in the order of the texts; `finished` is told how many more are ready.
  /// Throws ArgumentError for options or texts that the model cannot take: no token, one that it does not know, more
  /// than it has positions; Cancelled once a stop is requested; FormatError where its logits are no numbers.
  std::vector<std::vector<Hypothesis>> operator()(std::span<const Text> texts, const Options& options,
                                                  const std::function<void(std::size_t)>& finished = {},
                                                  const std::stop_token& stop = {});

 private:
  void check(std::span<const Text> texts, const Options& options) const;

  std::shared_ptr<const models::Transformer> model_;
  LikeliestTokens likeliest_;
  const kernels::Table& kernels_;
  kernels::Profile* profile_;
  Team team_;
  std::vector<Pool> pools_;  ///< one for each thread
};

}  // namespace mana::generate
