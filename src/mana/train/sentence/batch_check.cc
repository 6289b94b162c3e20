#include "mana/train/sentence/batch_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

/// Whether labels of `width` columns are those of a row of `texts` texts, whose vectors have `dimensions`.
bool fits(Label label, std::size_t width, std::size_t texts, std::size_t dimensions) {
  switch (label) {
    case Label::none: return true;
    case Label::vector: return width == dimensions || width == texts * dimensions;
    case Label::margins: return width == texts - 2 || width == texts - 1;
    default: return width == 1;
  }
}

void check_classes(const Loss& loss, const Labels& labels) {
  if (!loss.head) return;
  for (std::size_t i = 0; i < labels.classes.size(); ++i) {
    if (labels.classes[i] >= loss.head->classes()) {
      throw ArgumentError(fmt::format("row {} of a batch has the class {}, but the loss {} takes 0 to {}", i + 1,
                                      labels.classes[i], loss.name, loss.head->classes() - 1));
    }
  }
}

}  // namespace

void check_batch(const Loss& loss, Columns columns, const Labels& labels) {
  const LossData& data = loss.data;
  const std::size_t least = data.twice ? 2 * data.least_texts : data.least_texts;
  const std::size_t most = data.twice ? 2 * data.most_texts : data.most_texts;
  if (columns.size() < least || columns.size() > most) {
    throw ArgumentError(fmt::format("the loss {} does not take {} column{} of vectors: give it {}{}", loss.name,
                                    columns.size(), columns.size() == 1 ? "" : "s", least,
                                    most == least ? "" : " or more"));
  }
  const std::size_t rows = columns[0].rows(), dimensions = columns[0].columns();
  const bool same = std::ranges::all_of(
      columns, [&](const autograd::Variable& x) { return x.rows() == rows && x.columns() == dimensions; });
  if (!same || rows == 0 || dimensions == 0) {
    throw ArgumentError(
        fmt::format("the loss {} needs as many vectors, of one length, of every column of texts", loss.name));
  }
  if (loss.matryoshka && std::ranges::max(loss.matryoshka->dimensions) > dimensions) {
    throw ArgumentError(fmt::format("vectors of {} dimensions cannot be cut to Matryoshka's {}", dimensions,
                                    std::ranges::max(loss.matryoshka->dimensions)));
  }
  if (loss.head && loss.head->dimensions() != dimensions) {
    throw ArgumentError(fmt::format("the loss {} was made for vectors of {} dimensions, not {}", loss.name,
                                    loss.head->dimensions(), dimensions));
  }
  if (data.label == Label::none) return;
  if (data.label == Label::category) {
    if (labels.classes.size() != rows) {
      throw ArgumentError(
          fmt::format("the loss {} cannot take {} classes for {} rows", loss.name, labels.classes.size(), rows));
    }
    return check_classes(loss, labels);
  }
  const Tensor& values = labels.values;
  if (values.rows() != rows || !fits(data.label, values.columns(), columns.size(), dimensions)) {
    throw ArgumentError(
        fmt::format("the loss {} cannot take labels of {} rows and {} columns for {} rows of {} texts with vectors of "
                    "{} dimensions",
                    loss.name, values.rows(), values.columns(), rows, columns.size(), dimensions));
  }
}

}  // namespace mana::train
