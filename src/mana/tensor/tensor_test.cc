#include "mana/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace mana {
namespace {

TEST(Buffer, IsZeroedAndAligned) {
  for (const std::size_t size : {1UL, 17UL, 100000UL}) {
    Buffer<float> buffer(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % Buffer<float>::kAlignment, 0U);
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(buffer.data()[i], 0.0f);
  }
  EXPECT_EQ(Buffer<float>(0).data(), nullptr);
}

TEST(Pool, ATensorsMemoryServesTheNextOneThatFits) {
  Pool pool;
  const float* first = nullptr;
  {
    const Tensor tensor = pool.tensor(100, 384);
    first = tensor.data();
    EXPECT_EQ(tensor.rows(), 100U);
    EXPECT_EQ(tensor.columns(), 384U);
  }
  const Tensor smaller = pool.tensor(90, 384);
  EXPECT_EQ(smaller.data(), first);
  const Tensor another = pool.tensor(90, 384);
  EXPECT_NE(another.data(), first);
}

TEST(Tensor, MovesWithoutCopying) {
  Pool pool;
  Tensor a = pool.tensor(2, 3);
  a.row(1)[2] = 7;
  const float* data = a.data();
  Tensor b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(b.row(1)[2], 7);
  b = pool.tensor(1, 1);
  EXPECT_EQ(b.columns(), 1U);
}

TEST(Tensor, FactorsComeAndGo) {
  Pool pool;
  const std::byte* factors = nullptr;
  Tensor values = pool.tensor(2, 3);
  EXPECT_EQ(values.factors(), nullptr);
  {
    Tensor tensor = pool.factors(4, 384, 4 * 768);
    EXPECT_EQ(tensor.data(), nullptr);
    EXPECT_EQ(tensor.rows(), 4U);
    factors = tensor.factors();
    ASSERT_NE(factors, nullptr);
    pool.add_factors(tensor, 4 * 768);  // there are some already
    EXPECT_EQ(tensor.factors(), factors);
  }
  pool.add_factors(values, 4 * 768);
  EXPECT_EQ(values.factors(), factors) << "the memory of the one before";
  const Tensor moved = std::move(values);
  EXPECT_EQ(moved.factors(), factors);
  Tensor other = pool.factors(1, 1, 64);
  other.drop_factors();
  EXPECT_EQ(other.factors(), nullptr);
}

}  // namespace
}  // namespace mana
