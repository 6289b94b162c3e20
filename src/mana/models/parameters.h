#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mana/models/file_tensor.h"
#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"
#include "mana/nn/trained_parts.h"
#include "mana/tensor/buffer.h"

namespace mana::models {

/// What a model's weights are made of while they change: two stretches of memory, one for all values and one for all
/// gradients, in which what one product writes lies side by side; and whose is what.
struct Parameters {
  /// Where a parameter's tensor stands in files.
  struct Origin {
    std::filesystem::path folder;
    std::string tensor;
    formats::Shape shape;
  };

  std::vector<autograd::Parameter> list;  ///< in the order of the checkpoint
  std::vector<Origin> origins;            ///< [list]
  std::size_t depth = 0;                  ///< behind the model's last layer
  Buffer<float> values;
  Buffer<float> gradients;
  nn::TrainedParts parts;
};

/// Makes the parameters of each part, one for each tensor: parts that name the same one share it. Plans where they lie:
/// those of one product side by side, each product from a multiple of 64 bytes.
class ParameterPlan {
 public:
  /// For at most so many parameters.
  explicit ParameterPlan(std::size_t most);

  /// The part's tensors: of each linear map its weight, then its bias.
  void add(const nn::Place& place, nn::EmbeddingTable& table, const std::vector<FileTensor>& tensors);
  void add(const nn::Place& place, nn::LayerNorm& norm, const std::vector<FileTensor>& tensors);
  void add(const nn::Place& place, nn::Linear& linear, const std::vector<FileTensor>& tensors);

  /// To be called when all parts are known: the parameters have their memory, all zero.
  std::shared_ptr<Parameters> finish(std::size_t depth);

 private:
  autograd::Parameter* parameter(const nn::Place& place, const FileTensor& tensor);
  void lay_side_by_side(const std::vector<autograd::Parameter*>& together);
  std::size_t index_of(const autograd::Parameter* parameter) const;

  std::shared_ptr<Parameters> parameters_ = std::make_shared<Parameters>();
  std::vector<std::size_t> offsets_;  ///< of the list's values, where they have a place
  std::size_t size_ = 0;
};

/// Parameters for every part of a model without weights. `tensors(name, part)` are the FileTensors of the part that
/// nn::walk() calls so.
template <class Model, class Tensors>
std::shared_ptr<Parameters> make_parameters(Model& model, const Tensors& tensors) {
  std::size_t most = 0;
  nn::walk(model, [&](const nn::Place& place, auto& part) { most += tensors(place.name, part).size(); });
  ParameterPlan plan(most);
  const std::size_t depth =
      nn::walk(model, [&](const nn::Place& place, auto& part) { plan.add(place, part, tensors(place.name, part)); });
  return plan.finish(depth);
}

/// Looks tables up in the parameters' memory, which they keep alive.
class TableViews {
 public:
  explicit TableViews(std::shared_ptr<const Parameters> parameters) : parameters_(std::move(parameters)) {}
  void operator()(const nn::Place& place, nn::EmbeddingTable& table) const;
  void operator()(const nn::Place&, nn::LayerNorm&) const {}
  void operator()(const nn::Place&, nn::Linear&) const {}

 private:
  std::shared_ptr<const Parameters> parameters_;
};

/// Takes the parameters' values to where the layers read them.
class Refresh {
 public:
  Refresh(const nn::TrainedParts& parts, const nn::Run& run) : parts_(parts), run_(run) {}
  void operator()(const nn::Place&, nn::EmbeddingTable&) const {}
  void operator()(const nn::Place& place, nn::LayerNorm& norm) const;
  void operator()(const nn::Place& place, nn::Linear& linear) const;

 private:
  const nn::TrainedParts& parts_;
  const nn::Run& run_;
};

}  // namespace mana::models
