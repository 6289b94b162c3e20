#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/scored_pairs.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::cli {

/// What `mana compress` is asked to do, and what it may cost.
struct CompressOptions {
  enum class Method { pca, prefix };

  ModelChoice model;
  std::string output;
  std::optional<std::string> layers;
  std::optional<std::size_t> vocabulary;
  bool distil = false;
  std::optional<std::size_t> dimensions;
  Method method = Method::pca;
  std::optional<kernels::Precision> precision;
  std::optional<std::string> levels;
  bool no_pack = false;
  TextInput corpus;
  std::optional<std::string> data;
  data::PairColumns columns;
  std::optional<double> max_drop;
  bool force = false;
  bool json = false;
  unsigned threads = 0;

  void describe(Options& options);
  /// Throws UsageError for options that contradict each other.
  void check() const;

  /// Points; nothing where any loss is taken.
  std::optional<double> allowed_drop() const;
  /// Which layers to keep of a model's, from 0. Throws UsageError for what is no list of numbers.
  std::vector<std::size_t> chosen_layers(std::size_t of_the_model) const;
  /// The kernels that the packed model is to serve: of --levels, else of this processor's best level. Throws UsageError
  /// for a level that the processor lacks or that has no kernels of the precision.
  std::vector<models::PackTarget> pack_targets() const;
  /// What the compressed model is computed in: f32 where the processor has no products of the precision asked for.
  kernels::Precision measured_precision() const;
};

}  // namespace mana::cli
