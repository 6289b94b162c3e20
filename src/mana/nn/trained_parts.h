#pragma once

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mana/autograd/parameter.h"

namespace mana::nn {

using autograd::Parameter;

struct Linear;
struct LayerNorm;
class EmbeddingTable;

/// The truth behind a Linear, one tensor of a checkpoint or several that lie side by side (query, key and value): their
/// values, and their gradients, follow each other in memory without gaps. Several parts may have one parameter (a table
/// that is looked up and multiplied): its gradient is the sum of theirs.
struct TrainedLinear {
  std::vector<Parameter*> weights;  ///< together [outputs, inputs]
  std::vector<Parameter*> biases;   ///< together [outputs]; none for a map without

  bool trains() const { return std::ranges::any_of(weights, trained) || std::ranges::any_of(biases, trained); }
  static bool trained(const Parameter* parameter) { return !parameter->frozen; }
};

struct TrainedNorm {
  Parameter* gamma = nullptr;
  Parameter* beta = nullptr;  ///< null for a norm without a shift

  bool trains() const { return !gamma->frozen || (beta != nullptr && !beta->frozen); }
};

struct TrainedTable {
  Parameter* table = nullptr;

  bool trains() const { return !table->frozen; }
};

/// The parameters of every layer of one model, found by the layer. A table that is multiplied as well as looked up
/// (tied: Press and Wolf 2017, arXiv:1608.05859) is dense, in whichever order its parts come: the gradient of a product
/// reaches rows that no lookup touched.
class TrainedParts {
 public:
  TrainedLinear& add(const Linear& part, TrainedLinear trained) {
    for (Parameter* weights : trained.weights) {
      multiplied_.insert(weights);
      weights->sparse = false;
    }
    return linears_[&part] = std::move(trained);
  }
  TrainedNorm& add(const LayerNorm& part, TrainedNorm trained) { return norms_[&part] = trained; }
  TrainedTable& add(const EmbeddingTable& part, TrainedTable trained) {
    if (multiplied_.contains(trained.table)) trained.table->sparse = false;
    return tables_[&part] = trained;
  }

  const TrainedLinear& of(const Linear& part) const { return linears_.at(&part); }
  TrainedLinear& of(const Linear& part) { return linears_.at(&part); }
  const TrainedNorm& of(const LayerNorm& part) const { return norms_.at(&part); }
  const TrainedTable& of(const EmbeddingTable& part) const { return tables_.at(&part); }

  /// Whether the parameter is a table of one of the parts.
  bool looks_up(const Parameter* parameter) const {
    return std::ranges::any_of(tables_, [=](const auto& of_part) { return of_part.second.table == parameter; });
  }

 private:
  std::unordered_set<const Parameter*> multiplied_;
  std::unordered_map<const Linear*, TrainedLinear> linears_;
  std::unordered_map<const LayerNorm*, TrainedNorm> norms_;
  std::unordered_map<const EmbeddingTable*, TrainedTable> tables_;
};

}  // namespace mana::nn
