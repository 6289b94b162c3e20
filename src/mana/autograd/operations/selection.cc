#include "mana/autograd/operations/selection.h"

#include <utility>

#include "mana/autograd/operations/elementwise.h"
#include "mana/autograd/operations/mean.h"
#include "mana/autograd/operations/rows.h"
#include "mana/autograd/operations/view.h"
#include "mana/autograd/reference/selection.h"

namespace mana::autograd {
namespace {

Variable block(Variable x, std::size_t row, std::size_t column, std::size_t rows, std::size_t columns) {
  Tensor y = x.tape().tensor(rows, columns);
  reference::block(view(x.value()), row, column, view(y));
  return x.tape().record(std::move(y), {x}, [x, row, column](const Tensor& dy) {
    reference::block_gradient(row, column, view(dy), view(x.gradient()));
  });
}

/// The parts in y, one below the other (`down`) or side by side.
Variable join(std::span<const Variable> parts, Tensor y, bool down) {
  Tape& tape = parts.front().tape();
  std::vector<Variable> inputs(parts.begin(), parts.end());
  const auto each = [down](const std::vector<Variable>& all, const auto& work) {
    std::size_t at = 0;
    for (const Variable& x : all) {
      work(x, down ? at : 0, down ? 0 : at);
      at += down ? x.rows() : x.columns();
    }
  };
  bool needed = false;
  each(inputs, [&](const Variable& x, std::size_t row, std::size_t column) {
    reference::place(view(x.value()), row, column, view(y));
    needed = needed || x.needs_gradient();
  });
  if (!needed) return tape.constant(std::move(y));
  return tape.record(std::move(y), [each, inputs = std::move(inputs)](const Tensor& dy) {
    each(inputs, [&](const Variable& x, std::size_t row, std::size_t column) {
      if (x.needs_gradient()) reference::place_gradient(row, column, view(dy), view(x.gradient()));
    });
  });
}

}  // namespace

Variable rows_between(Variable x, std::size_t begin, std::size_t end) {
  return block(x, begin, 0, end - begin, x.columns());
}

Variable columns_between(Variable x, std::size_t begin, std::size_t end) {
  return block(x, 0, begin, x.rows(), end - begin);
}

Variable join_columns(std::span<const Variable> parts) {
  std::size_t columns = 0;
  for (const Variable& x : parts) columns += x.columns();
  return join(parts, parts.front().tape().tensor(parts.front().rows(), columns), false);
}

Variable join_rows(std::span<const Variable> parts) {
  std::size_t rows = 0;
  for (const Variable& x : parts) rows += x.rows();
  return join(parts, parts.front().tape().tensor(rows, parts.front().columns()), true);
}

Variable reshape(Variable x, std::size_t rows, std::size_t columns) {
  Tensor y = x.tape().tensor(rows, columns);
  std::copy_n(x.value().data(), rows * columns, y.data());
  return x.tape().record(std::move(y), {x}, [x](const Tensor& dy) {
    float* dx = x.gradient().data();
    for (std::size_t i = 0; i < dy.rows() * dy.columns(); ++i) dx[i] += dy.data()[i];
  });
}

Variable gather_rows(Variable x, std::vector<std::uint32_t> rows) {
  Tensor y = x.tape().tensor(rows.size(), x.columns());
  reference::gather_rows(view(x.value()), rows, view(y));
  return x.tape().record(std::move(y), {x}, [x, rows = std::move(rows)](const Tensor& dy) {
    reference::gather_rows_gradient(rows, view(dy), view(x.gradient()));
  });
}

Variable pick(Variable x, std::vector<std::uint32_t> columns) {
  Tensor y = x.tape().tensor(x.rows(), 1);
  reference::pick(view(x.value()), columns, view(y));
  return x.tape().record(std::move(y), {x}, [x, columns = std::move(columns)](const Tensor& dy) {
    reference::pick_gradient(columns, view(dy), view(x.gradient()));
  });
}

Variable cross_entropy(Variable x, std::vector<std::uint32_t> columns) {
  return mean(row_log_sums(x) - pick(x, std::move(columns)));
}

}  // namespace mana::autograd
