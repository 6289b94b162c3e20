#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/formats/safetensors.h"
#include "mana/models/file_tensor.h"
#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"

/// Visitors of nn::walk() that bring weights from files. `Files` are WeightFiles or what has its three functions.
namespace mana::models {

/// Gives every part of a model that serves the weights of its tensors. Tables stay in the mapped file.
template <class Files>
class WeightReader {
 public:
  explicit WeightReader(Files& files) : files_(files) {}

  void operator()(const nn::Place& place, nn::EmbeddingTable& table) {
    const FileTensor tensor = files_.tensors(place.name, table).front();
    formats::LookupTable stored = formats::lookup_table(files_.stored_weights(tensor), tensor.name);
    table = {stored.bytes, stored.dtype, table.width(), std::move(stored.owner)};
  }

  void operator()(const nn::Place& place, nn::LayerNorm& norm) {
    for (const FileTensor& tensor : files_.tensors(place.name, norm)) {
      const auto values = files_.values(tensor);
      (tensor.bias ? norm.beta : norm.gamma).assign(values.begin(), values.end());
    }
  }

  /// Linear maps of the same input that are stacked here may be tensors of their own there.
  void operator()(const nn::Place& place, nn::Linear& linear) {
    const std::vector<FileTensor> tensors = files_.tensors(place.name, linear);
    std::size_t first = 0;
    for (auto tensor = tensors.begin(); tensor != tensors.end(); ++tensor) {
      const std::size_t outputs = tensor->shape.front();
      const auto weights = files_.values(*tensor);
      if (linear.bias) {
        linear.weights.set(first, weights, files_.values(*++tensor));
      } else {
        linear.weights.set(first, weights, {});
      }
      first += outputs;
    }
  }

 private:
  Files& files_;
};

/// Gives the parameters of every part the values of its tensors; a table that is complete already, as a static
/// embedding's is, is taken from there. Before tables are looked up in the parameters (TableViews).
template <class Files>
class ParameterReader {
 public:
  ParameterReader(const nn::TrainedParts& parts, Files& files) : parts_(parts), files_(files) {}

  void operator()(const nn::Place& place, const nn::EmbeddingTable& table) {
    const autograd::Parameter& parameter = *parts_.of(table).table;
    if (table.bytes().empty()) return read(files_.tensors(place.name, table).front(), parameter);
    for (std::size_t row = 0; row < parameter.rows; ++row) table.add(row, parameter.row(row));
  }

  void operator()(const nn::Place& place, const nn::LayerNorm& norm) {
    const nn::TrainedNorm& trained = parts_.of(norm);
    for (const FileTensor& tensor : files_.tensors(place.name, norm)) {
      read(tensor, tensor.bias ? *trained.beta : *trained.gamma);
    }
  }

  void operator()(const nn::Place& place, const nn::Linear& linear) {
    const nn::TrainedLinear& trained = parts_.of(linear);
    auto weights = trained.weights.begin(), bias = trained.biases.begin();
    for (const FileTensor& tensor : files_.tensors(place.name, linear)) {
      read(tensor, tensor.bias ? **bias++ : **weights++);
    }
  }

 private:
  void read(const FileTensor& tensor, const autograd::Parameter& parameter) {
    std::ranges::copy(files_.values(tensor), parameter.values.begin());
  }

  const nn::TrainedParts& parts_;
  Files& files_;
};

}  // namespace mana::models
