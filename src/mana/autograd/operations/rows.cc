#include "mana/autograd/operations/rows.h"

#include "mana/autograd/operations/view.h"
#include "mana/autograd/reference/rows.h"
#include "mana/operations/for_each.h"

namespace mana::autograd {
namespace {

template <class T>
reference::Matrix<T> row_of(reference::Matrix<T> x, std::size_t row) {
  return {x[row], 1, x.columns};
}

/// Calls work(a row of each matrix) for all rows.
template <class Work, class... Values>
void by_rows(const Run& run, const Work& work, reference::Matrix<Values>... matrices) {
  const std::size_t counts[] = {matrices.rows...};
  operations::for_each(run, counts[0], [&](std::size_t row) { work(row_of(matrices, row)...); });
}

using Values = reference::Matrix<const float>;
using Result = reference::Matrix<float>;

}  // namespace

Variable row_sums(Variable x) {
  Tensor y = x.tape().tensor(x.rows(), 1);
  reference::row_sums(view(x.value()), view(y));
  return x.tape().record(std::move(y), {x},
                         [x](const Tensor& dy) { reference::row_sums_gradient(view(dy), view(x.gradient())); });
}

Variable row_dots(Variable a, Variable b) {
  Tensor y = a.tape().tensor(a.rows(), 1);
  by_rows(
      a.tape().run(), [](Values a_rows, Values b_rows, Result out) { reference::row_dots(a_rows, b_rows, out); },
      view(a.value()), view(b.value()), view(y));
  return a.tape().record(std::move(y), {a, b}, [a, b](const Tensor& dy) {
    if (a.needs_gradient()) reference::row_dots_gradient(view(b.value()), view(dy), view(a.gradient()));
    if (b.needs_gradient()) reference::row_dots_gradient(view(a.value()), view(dy), view(b.gradient()));
  });
}

Variable row_norms(Variable x) {
  Tensor y = x.tape().tensor(x.rows(), 1);
  by_rows(
      x.tape().run(), [](Values rows, Result out) { reference::row_norms(rows, out); }, view(x.value()), view(y));
  const Values norms = view(y);  // its memory stays where it is
  return x.tape().record(std::move(y), {x}, [x, norms](const Tensor& dy) {
    reference::row_norms_gradient(view(x.value()), norms, view(dy), view(x.gradient()));
  });
}

Variable row_log_sums(Variable x) {
  Tensor y = x.tape().tensor(x.rows(), 1);
  by_rows(
      x.tape().run(), [](Values rows, Result out) { reference::row_log_sums(rows, out); }, view(x.value()), view(y));
  const Values sums = view(y);
  return x.tape().record(std::move(y), {x}, [&run = x.tape().run(), x, sums](const Tensor& dy) {
    by_rows(
        run,
        [](Values rows, Values row_sums, Values slopes, Result dx) {
          reference::row_log_sums_gradient(rows, row_sums, slopes, dx);
        },
        view(x.value()), sums, view(dy), view(x.gradient()));
  });
}

Variable normalize_rows(Variable x, float least) {
  Tensor y = x.tape().tensor(x.rows(), x.columns());
  Tensor norms = x.tape().tensor(x.rows(), 1);
  by_rows(
      x.tape().run(), [least](Values rows, Result n, Result out) { reference::normalize_rows(rows, least, n, out); },
      view(x.value()), view(norms), view(y));
  const Values unit = view(y);
  return x.tape().record(std::move(y), {x}, [x, least, unit, norms = std::move(norms)](const Tensor& dy) {
    reference::normalize_rows_gradient(least, view(norms), unit, view(dy), view(x.gradient()));
  });
}

Variable row_cosines(Variable a, Variable b, float least_norm) {
  return row_dots(normalize_rows(a, least_norm), normalize_rows(b, least_norm));
}

}  // namespace mana::autograd
