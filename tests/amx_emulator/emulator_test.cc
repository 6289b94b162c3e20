// Every instruction beside values computed by hand. On a processor with AMX the same tests run on its own, and so say
// whether the emulator does what that does.
#include "amx_emulator/emulator.h"

#include <gtest/gtest.h>
#include <ucontext.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

#include "mana/kernels/isa.h"
#include "mana/tensor/dtype.h"

namespace mana::amx_emulator {
namespace {

/// C [m, n] += A [m, k] B [k, n] in tiles 0, 1 and 2: k in groups of four bytes.
struct Configuration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  Configuration(unsigned m, unsigned n, unsigned k) {
    const unsigned columns[3] = {n, k, n}, all_rows[3] = {m, m, k};
    for (int tile = 0; tile < 3; ++tile) {
      row_bytes[tile] = static_cast<std::uint16_t>(4 * columns[tile]);
      rows[tile] = static_cast<std::uint8_t>(all_rows[tile]);
    }
  }
};

void load_configuration(const Configuration& configuration) { asm volatile("ldtilecfg %0" : : "m"(configuration)); }
void release_tiles() { asm volatile("tilerelease"); }

template <int kTile>
void load_tile(const void* from, std::size_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(kTile) : "memory");
}
template <int kTile>
void store_tile(void* to, std::size_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(kTile) : "memory");
}

class EmulatorTest : public testing::Test {
 protected:
  EmulatorTest() {
    RecordProperty("amx", kernels::available_isas().back() == kernels::Isa::amx ? "the processor's" : "emulated");
  }
  ~EmulatorTest() override { release_tiles(); }

  Emulator emulator;
};

TEST_F(EmulatorTest, LoadsClearsAndStoresWhatTheConfigurationSays) {
  std::array<std::uint8_t, 100> memory;
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::uint8_t>(i);
  std::array<std::uint8_t, 64> out;
  const Configuration configuration(3, 2, 1);  // tile 0: three rows of eight bytes
  load_configuration(configuration);

  load_tile<0>(memory.data() + 5, 20);
  out.fill(0xff);
  store_tile<0>(out.data(), 16);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < 16; ++i) {
      ASSERT_EQ(out[row * 16 + i], i < 8 ? 5 + 20 * row + i : 0xff) << row << " " << i;
    }
  }
  // The hinted load, with scale and displacement; a stride of zero repeats a row.
  asm volatile("tileloaddt1 3(%0,%1,4), %%tmm0" : : "r"(memory.data()), "r"(std::size_t{5}) : "memory");
  store_tile<0>(out.data(), 16);
  EXPECT_EQ(out[16], 3 + 20);
  load_tile<0>(memory.data() + 9, 0);
  store_tile<0>(out.data(), 16);
  EXPECT_EQ(out[32 + 7], 16);
  asm volatile("tilezero %tmm0");
  store_tile<0>(out.data(), 16);
  EXPECT_EQ(out[0] + out[16 + 3] + out[32 + 7], 0);
  EXPECT_EQ(out[8], 0xff);
}

TEST_F(EmulatorTest, AConfigurationClearsTheTiles) {
  const Configuration configuration(1, 1, 1);
  const std::uint32_t full = 0xffffffff;
  std::uint32_t out = 1;
  load_configuration(configuration);
  load_tile<0>(&full, 64);
  load_configuration(configuration);
  store_tile<0>(&out, 64);
  EXPECT_EQ(out, 0U);
}

/// One row by one column, two groups deep.
std::int32_t byte_product(int instruction) {
  const std::uint8_t a[8] = {1, 2, 255, 128, 3, 0, 0, 10}, b[2][4] = {{5, 250, 255, 128}, {100, 9, 9, 200}};
  std::int32_t c = 1000;
  load_configuration(Configuration(1, 1, 2));
  load_tile<0>(&c, 64);
  load_tile<1>(a, 64);
  load_tile<2>(b, 4);
  switch (instruction) {
    case 0: asm volatile("tdpbssd %tmm2, %tmm1, %tmm0"); break;
    case 1: asm volatile("tdpbsud %tmm2, %tmm1, %tmm0"); break;
    case 2: asm volatile("tdpbusd %tmm2, %tmm1, %tmm0"); break;
    default: asm volatile("tdpbuud %tmm2, %tmm1, %tmm0");
  }
  store_tile<0>(&c, 64);
  return c;
}

TEST_F(EmulatorTest, ProductsOfBytes) {
  EXPECT_EQ(byte_product(0), 1000 + 5 - 12 + 1 + 16384 + 300 - 560);        // both signed
  EXPECT_EQ(byte_product(1), 1000 + 5 + 500 - 255 - 16384 + 300 + 2000);    // a signed
  EXPECT_EQ(byte_product(2), 1000 + 5 - 12 - 255 - 16384 + 300 - 560);      // b signed
  EXPECT_EQ(byte_product(3), 1000 + 5 + 500 + 65025 + 16384 + 300 + 2000);  // neither
}

/// One row by one column of bf16 pairs.
float bf16_product(float c, const std::vector<float>& a, const std::vector<float>& b) {
  std::array<std::uint16_t, 32> left{}, right{};
  for (std::size_t i = 0; i < a.size(); ++i) left[i] = float_to_bfloat16(a[i]), right[i] = float_to_bfloat16(b[i]);
  load_configuration(Configuration(1, 1, 16));
  load_tile<0>(&c, 64);
  load_tile<1>(left.data(), 64);
  load_tile<2>(right.data(), 4);
  asm volatile("tdpbf16ps %tmm2, %tmm1, %tmm0");
  store_tile<0>(&c, 64);
  return c;
}

TEST_F(EmulatorTest, ProductsOfBf16) {
  EXPECT_EQ(bf16_product(10, {1, 2, 3, 4}, {5, 6, 7, 8}), 80);
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(bf16_product(1, {infinity}, {2}), infinity);
  EXPECT_TRUE(std::isnan(bf16_product(1, {infinity, infinity}, {1, -1})));
  EXPECT_TRUE(std::isnan(bf16_product(std::numeric_limits<float>::quiet_NaN(), {1}, {1})));
}

TEST_F(EmulatorTest, ProductsOfBf16AreSummedInTheOrderOfTheManual) {
  const float large = 0x1p24f;  // where f32 counts in twos: one more is lost
  EXPECT_EQ(bf16_product(0, {large, 1, 0, 1}, {1, 1, 0, 1}), large + 2) << "odd elements apart from even ones";
  EXPECT_EQ(bf16_product(0, {large, 0, 1, 0, 1}, {1, 0, 1, 0, 1}), large) << "one after the other";
  EXPECT_EQ(bf16_product(large, {1, 1}, {1, 1}), large + 2) << "the products before the sum so far";
  EXPECT_EQ(bf16_product(0, {-0x1p127f, 0, 0x1p64f}, {1, 0, 0x1p64f}), 0x1p127f) << "fused: 2¹²⁸ is never rounded";
}

TEST_F(EmulatorTest, SubnormalNumbersAreZero) {
  const float tiny = std::numeric_limits<float>::denorm_min(), least = std::numeric_limits<float>::min();
  EXPECT_EQ(bf16_product(tiny, {0}, {0}), 0);
  EXPECT_EQ(bf16_product(0, {0x1p-130f}, {0x1p20f}), 0) << "an element";
  EXPECT_EQ(bf16_product(0, {0x1p-70f}, {0x1p-70f}), 0) << "a product";
  EXPECT_EQ(bf16_product(0, {least, 1.5f * least}, {1, -1}), 0) << "a sum of normal ones";
  EXPECT_EQ(bf16_product(0, {least}, {1}), least);
}

TEST_F(EmulatorTest, EveryThreadHasItsTiles) {
  const float mine = 3;
  float found = 0;
  load_configuration(Configuration(1, 1, 1));
  load_tile<0>(&mine, 64);
  std::thread other([] {
    EXPECT_EQ(bf16_product(1, {1}, {1}), 2);
    release_tiles();
  });
  other.join();
  store_tile<0>(&found, 64);
  EXPECT_EQ(found, 3);
}

using EmulatorDeathTest = EmulatorTest;

TEST_F(EmulatorDeathTest, WhatIsNoAmxInstructionStaysIllegal) {
  EXPECT_EXIT(asm volatile("ud2"), testing::KilledBySignal(SIGILL), "");
}

TEST_F(EmulatorDeathTest, ATileThatIsNotConfiguredIsRefused) {
  release_tiles();
  EXPECT_EXIT(asm volatile("tilezero %tmm0"), testing::KilledBySignal(SIGILL), "");
}

TEST_F(EmulatorDeathTest, TilesThatDoNotFitTogetherAreRefused) {
  load_configuration(Configuration(2, 3, 4));
  EXPECT_EXIT(asm volatile("tdpbf16ps %tmm1, %tmm2, %tmm0"), testing::KilledBySignal(SIGILL), "");
}

TEST(Emulator, HandsOtherInstructionsToTheHandlerBefore) {
  static int called = 0;
  struct sigaction own = {}, before = {};
  own.sa_sigaction = [](int, siginfo_t*, void* context) {
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;  // ud2
    ++called;
  };
  own.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &own, &before);
  {
    const Emulator emulator;
    asm volatile("ud2");
    release_tiles();
    EXPECT_EQ(called, 1);
  }
  asm volatile("ud2");
  EXPECT_EQ(called, 2);
  sigaction(SIGILL, &before, nullptr);
}

}  // namespace
}  // namespace mana::amx_emulator
