#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <initializer_list>
#include <memory_resource>
#include <utility>

#include "mana/kernels/run.h"
#include "mana/tensor/tensor.h"

namespace mana::autograd {

using kernels::Run;

class Tape;

/// A value on a tape and, while gradients flow back, the derivative of the loss by it. A handle: copies are the same
/// variable; it lives until its tape is cleared, its value and gradient until gradients have flowed past it.
class Variable {
 public:
  Variable() = default;

  Tape& tape() const { return *node_->tape; }
  const Tensor& value() const;  ///< not for several threads at once: it may have to be made again
  std::size_t rows() const;
  std::size_t columns() const;
  /// Says that nobody reads the value for a while. Where the operation can make it again, its memory goes back, and the
  /// next value() makes it.
  void release() const;
  /// The value's memory, for an operation that is known to be the only one to read it: it has none any more.
  Tensor take_value() const;

  /// Whether the loss is to be differentiated by it: it is, or was computed from, something that asks for it.
  bool needs_gradient() const;
  /// ∂L/∂value, of the value's shape: what operations add to. Zero before the first of them.
  Tensor& gradient() const;
  /// Whether anybody has added to it.
  bool has_gradient() const;
  /// Gives the gradient its memory and its first summand.
  void set_gradient(Tensor gradient) const;

 private:
  friend class Tape;
  struct Node {
    Tape* tape = nullptr;
    std::size_t rows = 0;
    std::size_t columns = 0;
    Tensor value;
    Tensor gradient;  ///< without memory before somebody asks for it
    bool needs_gradient = false;
    bool leaf = false;
    // The operation's function, whatever its type, in the tape's memory; null for constants and leaves.
    void* backward = nullptr;
    void (*call)(void*, const Tensor&) = nullptr;
    Tensor (*make_value)(const void*) = nullptr;  // null for operations that cannot
    void (*destroy)(void*, std::pmr::memory_resource&) = nullptr;
  };
  explicit Variable(Node* node) : node_(node) {}

  Node* node_ = nullptr;
};

/// Remembers the operations of a computation in order, so that the derivatives can be computed in the reverse order
/// (reverse-mode differentiation: Linnainmaa 1970; Baydin et al. 2018, arXiv:1502.05767). All memory comes from the
/// run's pool and the tape's own, so that a step like the one before allocates nothing.
///
/// An operation computes its value, then records it together with a function that adds to the gradients of what it was
/// computed from:
///
///   Variable twice(Variable x) {
///     Tensor y = …;
///     return x.tape().record(std::move(y), {x}, [x](const Tensor& dy) { add 2 · dy to x.gradient(); });
///   }
///
/// What the function captures is what the operation keeps until then. If it is of a type that has, beside the call
/// operator, a member `Tensor value() const` that makes the operation's value once more, the same bits, then the value
/// need not be kept as well (Variable::release()).
class Tape {
 public:
  explicit Tape(const Run& run) : run_(run) {}
  ~Tape() { clear(); }
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  const Run& run() const { return run_; }
  Tensor tensor(std::size_t rows, std::size_t columns) const { return run_.tensor(rows, columns); }

  /// A value that nothing is differentiated by.
  Variable constant(Tensor value);
  /// A value that the loss is differentiated by; its gradient() stays until clear().
  Variable leaf(Tensor value);

  /// A value computed from `inputs`. Where one of them needs a gradient, `backward` is called once with the value's own
  /// gradient, after everybody has added to it; it adds to gradient() of those inputs that need one.
  template <class Backward>
  Variable record(Tensor value, std::initializer_list<Variable> inputs, Backward backward) {
    bool needed = false;
    for (const Variable& input : inputs) needed = needed || input.needs_gradient();
    return record_if(needed, std::move(value), std::move(backward));
  }
  /// The same for what always has something to differentiate by: an operation with parameters of its own.
  template <class Backward>
  Variable record(Tensor value, Backward backward) {
    return record_if(true, std::move(value), std::move(backward));
  }

  /// Lets the gradients of `loss` [1, 1] flow back to everything it was computed from. Once for each tape: what an
  /// operation kept, its value and its gradient go when its turn is over; only leaves stay as they are.
  void backward(Variable loss);
  /// The same from a variable of any shape whose gradient is known.
  void backward(Variable variable, const Tensor& gradient);

  /// Forgets everything; what was recorded before is not to be used any more.
  void clear();

 private:
  template <class Backward>
  Variable record_if(bool needed, Tensor value, Backward backward) {
    if (!needed) return constant(std::move(value));
    Variable::Node& node = add(std::move(value));
    node.needs_gradient = true;
    node.backward = new (memory_.allocate(sizeof(Backward), alignof(Backward))) Backward(std::move(backward));
    node.call = [](void* function, const Tensor& gradient) { (*static_cast<Backward*>(function))(gradient); };
    if constexpr (requires(const Backward& made) {
                    { made.value() } -> std::same_as<Tensor>;
                  }) {
      node.make_value = [](const void* function) { return static_cast<const Backward*>(function)->value(); };
    }
    node.destroy = [](void* function, std::pmr::memory_resource& memory) {
      static_cast<Backward*>(function)->~Backward();
      memory.deallocate(function, sizeof(Backward), alignof(Backward));
    };
    return Variable(&node);
  }
  Variable::Node& add(Tensor value);
  void flow_back();
  void forget(Variable::Node& node);

  Run run_;
  std::pmr::unsynchronized_pool_resource memory_;
  std::pmr::deque<Variable::Node> nodes_{&memory_};
};

}  // namespace mana::autograd
