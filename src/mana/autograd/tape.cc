#include "mana/autograd/tape.h"

#include <algorithm>
#include <utility>

namespace mana::autograd {

const Tensor& Variable::value() const {
  const bool released = node_->value.data() == nullptr && node_->make_value != nullptr;
  if (released) node_->value = node_->make_value(node_->backward);
  return node_->value;
}

void Variable::release() const {
  if (node_->make_value != nullptr) node_->value = Tensor();
}

std::size_t Variable::rows() const { return node_->rows; }

std::size_t Variable::columns() const { return node_->columns; }

Tensor Variable::take_value() const {
  static_cast<void>(value());
  return std::move(node_->value);
}

bool Variable::needs_gradient() const { return node_->needs_gradient; }

Tensor& Variable::gradient() const {
  Tensor& gradient = node_->gradient;
  if (gradient.data() == nullptr) {
    gradient = node_->tape->tensor(rows(), columns());
    std::fill_n(gradient.data(), rows() * columns(), 0.0f);
  }
  return gradient;
}

bool Variable::has_gradient() const { return node_->gradient.data() != nullptr; }

void Variable::set_gradient(Tensor gradient) const { node_->gradient = std::move(gradient); }

Variable Tape::constant(Tensor value) { return Variable(&add(std::move(value))); }

Variable Tape::leaf(Tensor value) {
  Variable::Node& node = add(std::move(value));
  node.needs_gradient = true;
  node.leaf = true;
  return Variable(&node);
}

Variable::Node& Tape::add(Tensor value) {
  Variable::Node& node = nodes_.emplace_back();
  node.tape = this;
  node.rows = value.rows();
  node.columns = value.columns();
  node.value = std::move(value);
  return node;
}

void Tape::backward(Variable loss) {
  loss.gradient().data()[0] = 1;
  flow_back();
}

void Tape::backward(Variable variable, const Tensor& gradient) {
  std::copy_n(gradient.data(), gradient.rows() * gradient.columns(), variable.gradient().data());
  flow_back();
}

void Tape::flow_back() {
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    const bool reached = node->gradient.data() != nullptr;
    if (node->backward != nullptr && reached) node->call(node->backward, node->gradient);
    if (node->leaf) continue;
    forget(*node);  // its memory serves the operations before it
    node->gradient = Tensor();
    node->value = Tensor();
  }
}

void Tape::forget(Variable::Node& node) {
  if (node.backward == nullptr) return;
  node.destroy(node.backward, memory_);
  node.backward = nullptr;
  node.make_value = nullptr;
}

void Tape::clear() {
  // Values go in the reverse order of their making, as an operation may hold on to the memory of one before it.
  while (!nodes_.empty()) {
    forget(nodes_.back());
    nodes_.pop_back();
  }
}

}  // namespace mana::autograd
