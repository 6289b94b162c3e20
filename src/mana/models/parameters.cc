#include "mana/models/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "mana/operations/own_layout.h"

namespace mana::models {

using autograd::Parameter;

namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

}  // namespace

ParameterPlan::ParameterPlan(std::size_t most) {
  parameters_->list.reserve(most);  // parts keep their addresses
  parameters_->origins.reserve(most);
}

void ParameterPlan::add(const nn::Place& place, nn::EmbeddingTable& table, const std::vector<FileTensor>& tensors) {
  Parameter* const whole = parameter(place, tensors.front());
  // What is multiplied, too, has a gradient in every row.
  const bool first = offsets_[index_of(whole)] == kNowhere;
  whole->sparse = place.by_token && (first || whole->sparse);
  lay_side_by_side({whole});
  parameters_->parts.add(table, {whole});
}

void ParameterPlan::add(const nn::Place& place, nn::LayerNorm& norm, const std::vector<FileTensor>& tensors) {
  nn::TrainedNorm trained;
  for (const FileTensor& tensor : tensors) {
    Parameter* const vector = parameter(place, tensor);
    lay_side_by_side({vector});
    (tensor.bias ? trained.beta : trained.gamma) = vector;
  }
  parameters_->parts.add(norm, trained);
}

void ParameterPlan::add(const nn::Place& place, nn::Linear& linear, const std::vector<FileTensor>& tensors) {
  nn::TrainedLinear trained;
  for (const FileTensor& tensor : tensors) {
    (tensor.bias ? trained.biases : trained.weights).push_back(parameter(place, tensor));
  }
  for (Parameter* weights : trained.weights) weights->sparse = false;
  lay_side_by_side(trained.weights);
  lay_side_by_side(trained.biases);
  linear.weights.allocate();
  parameters_->parts.add(linear, std::move(trained));
}

std::shared_ptr<Parameters> ParameterPlan::finish(std::size_t depth) {
  parameters_->depth = depth;
  parameters_->values = Buffer<float>(size_);
  parameters_->gradients = Buffer<float>(size_);
  for (Parameter& parameter : parameters_->list) {
    const std::size_t offset = offsets_[index_of(&parameter)];
    parameter.values = {parameters_->values.data() + offset, parameter.size()};
    parameter.gradient = {parameters_->gradients.data() + offset, parameter.size()};
  }
  return std::move(parameters_);
}

Parameter* ParameterPlan::parameter(const nn::Place& place, const FileTensor& tensor) {
  std::vector<Parameter>& list = parameters_->list;
  const auto shared = std::ranges::find(list, tensor.parameter, &Parameter::name);
  if (shared != list.end()) return &*shared;
  const bool matrix = tensor.shape.size() == 2;
  Parameter& made = list.emplace_back();
  made.name = tensor.parameter;
  made.rows = matrix ? tensor.shape[0] : 1;
  made.columns = tensor.shape.back();
  made.decays = matrix;
  made.depth = place.depth;
  parameters_->origins.push_back({tensor.folder, tensor.name, tensor.shape});
  offsets_.push_back(kNowhere);
  return &made;
}

void ParameterPlan::lay_side_by_side(const std::vector<Parameter*>& together) {
  constexpr std::size_t kAlignment = 16;  // floats
  if (together.empty()) return;
  const bool shared = offsets_[index_of(together.front())] != kNowhere;
  std::size_t offset = shared ? offsets_[index_of(together.front())] : size_;
  for (const Parameter* parameter : together) {
    std::size_t& own = offsets_[index_of(parameter)];
    if (shared ? own != offset : own != kNowhere) {
      throw std::logic_error(
          fmt::format("{} cannot be shared: its product's parameters lie elsewhere", parameter->name));
    }
    own = offset;
    offset += parameter->size();
  }
  if (!shared) size_ = (offset + kAlignment - 1) / kAlignment * kAlignment;
}

std::size_t ParameterPlan::index_of(const Parameter* parameter) const {
  return static_cast<std::size_t>(parameter - parameters_->list.data());
}

void TableViews::operator()(const nn::Place&, nn::EmbeddingTable& table) const {
  const Parameter& parameter = *parameters_->parts.of(table).table;
  table = {std::as_bytes(parameter.values), DType::f32, parameter.columns, parameters_};
}

void Refresh::operator()(const nn::Place&, nn::LayerNorm& norm) const {
  const nn::TrainedNorm& trained = parts_.of(norm);
  std::ranges::copy(trained.gamma->values, norm.gamma.begin());
  if (norm.shift) std::ranges::copy(trained.beta->values, norm.beta.begin());
}

void Refresh::operator()(const nn::Place&, nn::Linear& linear) const {
  const nn::TrainedLinear& trained = parts_.of(linear);
  const float* weights = trained.weights.front()->values.data();
  const float* bias = trained.biases.empty() ? nullptr : trained.biases.front()->values.data();
  operations::lay_out(run_, weights, false, bias, linear.weights);
}

}  // namespace mana::models
