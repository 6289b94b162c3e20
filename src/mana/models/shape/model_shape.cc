#include "mana/models/shape/model_shape.h"

#include <fmt/format.h>

namespace mana::models {

std::string Flow::text() const {
  std::string text = times.empty() ? "" : times.text() + " × ";
  text += rows.text();
  if (!columns.empty()) text += " × " + columns.text();
  return text;
}

std::uint64_t Flow::numbers() const {
  const Formula plane = columns.empty() ? rows : rows * columns;
  return times.empty() ? plane.value() : (times * plane).value();
}

std::uint64_t by_formula(const ShapePart& part) { return (part.times * part.formula).value(); }

std::uint64_t counted(const ShapePart& part) {
  if (part.parts.empty()) return part.times * part.parameters;
  std::uint64_t sum = 0;
  for (const ShapePart& each : part.parts) sum += counted(each);
  return part.times * sum;
}

std::uint64_t ModelShape::parameters() const {
  std::uint64_t sum = 0;
  for (const auto& column : columns) {
    for (const ShapePart& part : column) sum += counted(part);
  }
  return sum;
}

std::uint64_t ModelShape::layer_parameters() const {
  std::uint64_t sum = 0;
  for (const auto& column : columns) {
    for (const ShapePart& part : column) {
      if (part.kind == ShapePart::Kind::layer) sum += counted(part);
    }
  }
  return sum;
}

std::vector<FullForm> full_forms(const Formula& tokens, const Formula& width) {
  return {{"softmax(A W), A = Y Yᵀ, W: N × N", squared(tokens)},
          {"a full map of N·d numbers to N·d",
           Formula(tokens.text() + "²" + width.text() + "²", squared(tokens * width).value())},
          {"attention, without biases", 4 * squared(width)}};
}

}  // namespace mana::models
