#include "mana/kernels/matrix_weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "mana/base/errors.h"

namespace mana::kernels {
namespace {

constexpr WeightLayout kLayouts[] = {{WeightLayout::Element::f32, 1, 1},
                                     {WeightLayout::Element::bf16, 32, 2},
                                     {WeightLayout::Element::i16, 16, 2},
                                     {WeightLayout::Element::i8, 32, 4}};

MatrixWeights filled(const WeightLayout& layout) {
  constexpr std::size_t kOutputs = 37, kInputs = 11;
  MatrixWeights linear(kOutputs, kInputs, layout);
  std::vector<float> weights(kOutputs * kInputs), bias(kOutputs);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 13) - 6;
  for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = static_cast<float>(i);
  linear.set(0, weights, bias);
  return linear;
}

TEST(MatrixWeights, AViewOfItsBytesIsTheSameMap) {
  for (const WeightLayout& layout : kLayouts) {
    const MatrixWeights linear = filled(layout);
    ASSERT_EQ(linear.bytes().size(), linear.byte_size());
    auto memory = std::make_shared<Buffer<std::byte>>(linear.byte_size());
    std::memcpy(memory->data(), linear.bytes().data(), linear.byte_size());
    const std::weak_ptr<const void> watched = memory;
    MatrixWeights view(linear.outputs(), linear.inputs(), layout);
    const std::span<const std::byte> bytes(memory->data(), memory->size());
    view.view(bytes, std::move(memory));
    const MatrixWeights moved = std::move(view);
    EXPECT_FALSE(watched.expired());
    for (std::size_t n = 0; n < linear.outputs(); ++n) EXPECT_EQ(moved.bias()[n], static_cast<float>(n));
    EXPECT_EQ(std::memcmp(moved.panel<std::byte>(1), linear.panel<std::byte>(1), layout.group), 0);
    if (layout.element == WeightLayout::Element::i8 || layout.element == WeightLayout::Element::i16) {
      EXPECT_EQ(moved.scales()[36], linear.scales()[36]);
      EXPECT_EQ(moved.row_sums()[36], linear.row_sums()[36]);
    }
  }
}

TEST(MatrixWeights, APartOfTheOutputsReadsTheWholesMemory) {
  for (const WeightLayout& layout : kLayouts) {
    const MatrixWeights linear = filled(layout);
    const MatrixWeights part = linear.outputs_from(32, 5);
    EXPECT_EQ(part.outputs(), 5U);
    EXPECT_EQ(part.panel<std::byte>(0), linear.panel<std::byte>(32 / layout.panel_width));
    EXPECT_EQ(part.bias(), linear.bias() + 32);
    EXPECT_EQ(part.scales(), linear.scales() + 32);
    EXPECT_EQ(part.row_sums(), linear.row_sums() + 32);
  }
}

TEST(MatrixWeights, ValuesOfTheOutputsAreAlignedInEveryLayout) {
  for (const WeightLayout& layout : kLayouts) {
    const MatrixWeights linear = filled(layout);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(linear.bias()) % 64, 0U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(linear.scales()) % 64, 0U);
  }
}

TEST(MatrixWeights, RefusesBytesOfAnotherSize) {
  for (const WeightLayout& layout : kLayouts) {
    const MatrixWeights linear = filled(layout);
    MatrixWeights other(linear.outputs(), linear.inputs() + 64, layout);  // beyond the padding
    EXPECT_THROW(other.view(linear.bytes(), nullptr), ArgumentError);
    EXPECT_TRUE(other.bytes().empty());
  }
}

}  // namespace
}  // namespace mana::kernels
