#include "mana/autograd/tape.h"

#include <algorithm>

namespace mana::autograd {

const Tensor& Variable::value() const { return node_->value; }

bool Variable::needs_gradient() const { return node_->needs_gradient; }

Tensor& Variable::gradient() const {
  Tensor& gradient = node_->gradient;
  if (gradient.data() == nullptr) {
    gradient = node_->tape->tensor(rows(), columns());
    std::fill_n(gradient.data(), rows() * columns(), 0.0f);
  }
  return gradient;
}

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
    if (!node->leaf) node->gradient = Tensor();  // its memory serves the operations before it
  }
}

void Tape::clear() {
  // Values go in the reverse order of their making, as an operation may hold on to the memory of one before it.
  while (!nodes_.empty()) {
    Variable::Node& node = nodes_.back();
    if (node.backward != nullptr) node.destroy(node.backward, memory_);
    nodes_.pop_back();
  }
}

}  // namespace mana::autograd
