#include "mana/operations/cross_entropy.h"

#include <algorithm>
#include <optional>

#include "mana/operations/elementwise.h"
#include "mana/operations/linear.h"
#include "mana/operations/own_layout.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

// A block's logits and the weights that make them stay in the second-level cache. Whole tiles and panels.
constexpr std::size_t kBlockRows = 512;
constexpr std::size_t kBlockClasses = 512;

/// The rows of x that are asked for: x itself where all of them are.
class AskedRows {
 public:
  AskedRows(const Run& run, const Tensor& x, std::span<const std::uint32_t> rows) : all_(x) {
    if (rows.size() == x.rows()) return;
    some_ = run.tensor(rows.size(), x.columns());
    for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(x.row(rows[i]), some_->row(i).begin());
  }
  const Tensor& operator*() const { return some_ ? *some_ : all_; }

 private:
  const Tensor& all_;
  std::optional<Tensor> some_;
};

/// Calls work(first class, the map to these, first row, their logits) for every block. Of one class, rows follow each
/// other in order; of one row, classes do.
template <class Work>
void for_logits(const Run& run, const Tensor& x, const ClassWeights& map, const Work& work) {
  const Operands ready(run, x, run.kernels.operands);
  for (std::size_t first = 0; first < map.classes; first += kBlockClasses) {
    const ClassWeights block{map.weights + first * x.columns(), map.bias == nullptr ? nullptr : map.bias + first,
                             std::min(kBlockClasses, map.classes - first)};
    const OwnLayout weights(run, block.weights, block.bias, block.classes, x.columns());
    for (std::size_t row = 0; row < x.rows(); row += kBlockRows) {
      const std::size_t rows = std::min(kBlockRows, x.rows() - row);
      Tensor logits = run.tensor(rows, block.classes);
      linear_rows(run, *ready, {row, rows}, *weights, Activation::identity, logits, 0);
      work(first, block, row, logits);
    }
  }
}

std::vector<std::uint32_t> asked_rows(std::span<const std::uint32_t> classes) {
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    if (classes[row] != kIgnored) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

}  // namespace

CrossEntropy cross_entropy(const Run& run, const Tensor& x, const ClassWeights& map, const Targets& targets) {
  CrossEntropy result{zeros(run, x.rows(), 1), {asked_rows(targets.classes), {}}};
  const std::vector<std::uint32_t>& rows = result.softmax.rows;
  std::vector<kernels::LogitSums>& sums = result.softmax.sums;
  sums.resize(rows.size());
  std::vector<float> held(rows.size());  // l_{i, c(i)}
  const AskedRows asked(run, x, rows);
  for_logits(run, *asked, map,
             [&](std::size_t first_class, const ClassWeights&, std::size_t row, const Tensor& logits) {
               const auto timer = run.timer("softmax over classes");
               run.split(logits.rows(), [&](std::size_t first, std::size_t last, unsigned) {
                 training_kernels(run).logit_sums(
                     {values_from(logits, first), last - first, logits.columns(), sums.data() + row + first});
                 for (std::size_t i = first; i < last; ++i) {
                   const std::size_t own = targets.classes[rows[row + i]] - first_class;  // huge where it stands before
                   if (own < logits.columns()) held[row + i] = logits.row(i)[own];
                 }
               });
             });
  const double smoothing = targets.smoothing, share = smoothing / static_cast<double>(map.classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double loss = sums[i].log_sum() - (1 - smoothing) * double{held[i]} - share * sums[i].total;
    result.losses.data()[rows[i]] = static_cast<float>(loss);
  }
  return result;
}

Tensor cross_entropy_gradient(const Run& run, const Tensor& x, const ClassWeights& map, const Targets& targets,
                              const SoftmaxSums& softmax, const Tensor& dlosses, const ClassGradients& sums,
                              bool wants_dx) {
  const std::size_t width = x.columns();
  const std::span<const std::uint32_t> rows = softmax.rows;
  std::vector<std::uint32_t> classes;
  std::vector<float> scales;
  for (const std::uint32_t row : rows) {
    classes.push_back(targets.classes[row]);
    scales.push_back(dlosses.data()[row]);
  }
  const AskedRows asked(run, x, rows);
  Tensor dx = wants_dx ? zeros(run, rows.size(), width) : Tensor();
  for_logits(run, *asked, map, [&](std::size_t first_class, const ClassWeights& block, std::size_t row, Tensor& d) {
    {
      const auto timer = run.timer("softmax gradient");
      run.split(d.rows(), [&](std::size_t first, std::size_t last, unsigned) {
        training_kernels(run).cross_entropy_gradient({.logits = values_from(d, first),
                                                      .rows = last - first,
                                                      .columns = d.columns(),
                                                      .first = first_class,
                                                      .sums = softmax.sums.data() + row + first,
                                                      .classes = classes.data() + row + first,
                                                      .scales = scales.data() + row + first,
                                                      .smoothing = targets.smoothing,
                                                      .class_count = map.classes});
      });
    }
    add_linear_gradient(run, values_from(*asked, row), width, d,
                        sums.weights == nullptr ? nullptr : sums.weights + first_class * width,
                        sums.bias == nullptr ? nullptr : sums.bias + first_class);
    if (!wants_dx) return;
    const Tensor part = linear_input_gradient(run, block.weights, width, d);
    add(run, {part.data(), part.rows() * width}, {dx.row(row).data(), part.rows() * width});
  });
  if (!wants_dx || rows.size() == x.rows()) return dx;
  Tensor scattered = zeros(run, x.rows(), width);
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(dx.row(i), scattered.row(rows[i]).begin());
  return scattered;
}

}  // namespace mana::operations
