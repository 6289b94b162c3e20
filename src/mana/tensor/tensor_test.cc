#include "mana/tensor/tensor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

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

TEST(Pool, GapsBesideEachOtherBecomeOne) {
  Pool pool;
  std::vector<Tensor> tensors;
  for (int i = 0; i < 9; ++i) tensors.push_back(pool.tensor(100, 100));
  const std::size_t bytes = pool.bytes();
  const float* const begin = tensors[3].data();
  for (const std::size_t i : {3, 5, 4}) tensors[i] = Tensor();  // the last joins both
  tensors[4] = pool.tensor(300, 100);
  EXPECT_EQ(tensors[4].data(), begin);
  EXPECT_EQ(pool.bytes(), bytes);
}

TEST(Pool, TheSmallestGapThatHasRoomIsTaken) {
  Pool pool;
  std::vector<Tensor> tensors;
  for (const std::size_t rows : {5, 1, 3, 1, 4, 1}) tensors.push_back(pool.tensor(rows, 1000));
  const float* const fitting = tensors[2].data();
  for (const std::size_t i : {0, 2, 4}) tensors[i] = Tensor();
  EXPECT_EQ(pool.tensor(3, 1000).data(), fitting);
}

TEST(Pool, TakesNoMoreThanWhatLivesAtOnceWhateverTheSizes) {
  Pool pool;
  std::size_t most = 0;
  for (std::size_t rows = 500; rows < 600; rows += 7) {  // batches of many sizes, one after the other
    std::vector<Tensor> kept;
    std::size_t all = 0;
    for (std::size_t layer = 0; layer < 20; ++layer) {
      const Tensor passing = pool.tensor(rows, 1536);
      kept.push_back(pool.tensor(rows, 1152));
      kept.push_back(pool.tensor(rows, 384));
      all += rows * (1152 + 384);
    }
    most = std::max(most, (all + rows * 1536) * sizeof(float));
  }
  EXPECT_LE(pool.bytes(), most + most / 10);
}

TEST(Pool, TheSameTensorsTakeTheSamePlaces) {
  Pool pool;
  std::vector<const float*> first, second;
  for (std::vector<const float*>* places : {&first, &second}) {
    std::vector<Tensor> tensors;
    std::minstd_rand random(1);
    for (int i = 0; i < 500; ++i) {
      if (random() % 3 == 0 && !tensors.empty()) tensors.erase(tensors.begin() + random() % tensors.size());
      tensors.push_back(pool.tensor(1 + random() % 100, 384));
      places->push_back(tensors.back().data());
    }
  }
  EXPECT_EQ(first, second);
}

TEST(Pool, TensorsDoNotOverlap) {
  Pool pool;
  std::vector<std::pair<Tensor, float>> tensors;
  std::minstd_rand random(2);
  const auto whole = [](const std::pair<Tensor, float>& each) {
    const std::size_t size = each.first.rows() * each.first.columns();
    return std::all_of(each.first.data(), each.first.data() + size, [&](float value) { return value == each.second; });
  };
  for (int i = 0; i < 2000; ++i) {
    if (random() % 2 == 0 && !tensors.empty()) {
      const auto gone = tensors.begin() + random() % tensors.size();
      EXPECT_TRUE(whole(*gone));
      tensors.erase(gone);
    }
    Tensor tensor = pool.tensor(1 + random() % 20, 1 + random() % 100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data()) % Buffer<float>::kAlignment, 0U);
    std::fill_n(tensor.data(), tensor.rows() * tensor.columns(), static_cast<float>(i));
    tensors.emplace_back(std::move(tensor), static_cast<float>(i));
  }
  EXPECT_TRUE(std::ranges::all_of(tensors, whole));
}

TEST(Pool, ATensorOfNothingHasNoMemory) {
  Pool pool;
  EXPECT_EQ(pool.tensor(0, 5).data(), nullptr);
  EXPECT_EQ(pool.bytes(), 0U);
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

TEST(Tensor, OperandsComeAndGo) {
  constexpr OperandLayout kRounded{OperandLayout::Element::bf16, 1}, kBytes{OperandLayout::Element::u8, 16};
  Pool pool;
  const std::byte* operands = nullptr;
  Tensor values = pool.tensor(2, 3);
  EXPECT_EQ(values.operands(), nullptr);
  {
    Tensor tensor = pool.operands(4, 384, kRounded);
    EXPECT_EQ(tensor.data(), nullptr);
    EXPECT_EQ(tensor.rows(), 4U);
    operands = tensor.operands();
    ASSERT_NE(operands, nullptr);
    pool.add_operands(tensor, kRounded);  // there are some already
    EXPECT_EQ(tensor.operands(), operands);
  }
  pool.add_operands(values, kBytes);
  EXPECT_EQ(values.operands(), operands) << "the memory of the one before";
  const Tensor moved = std::move(values);
  EXPECT_EQ(moved.operands(), operands);
  EXPECT_EQ(moved.layout(), kBytes);
  Tensor other = pool.operands(1, 1, kRounded);
  other.drop_operands();
  EXPECT_EQ(other.operands(), nullptr);
  EXPECT_FALSE(other.layout().exists());
}

}  // namespace
}  // namespace mana
