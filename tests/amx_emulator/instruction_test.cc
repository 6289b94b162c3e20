// Encodings as GNU as makes them.
#include "amx_emulator/instruction.h"

#include <gtest/gtest.h>

#include <vector>

namespace mana::amx_emulator {
namespace {

using Code = std::vector<std::uint8_t>;

TEST(Instruction, OfTiles) {
  const auto product = [](std::uint8_t second, std::uint8_t opcode, std::uint8_t operands) {
    return decode(Code{0xc4, 0xe2, second, opcode, operands}.data());
  };
  const auto bf16 = product(0x62, 0x5c, 0xca);  // tdpbf16ps tmm1, tmm2, tmm3
  ASSERT_TRUE(bf16);
  EXPECT_EQ(bf16->operation, Operation::tdpbf16ps);
  EXPECT_EQ(bf16->c, 1U);
  EXPECT_EQ(bf16->a, 2U);
  EXPECT_EQ(bf16->b, 3U);
  EXPECT_EQ(bf16->length, 5U);
  EXPECT_EQ(product(0x43, 0x5e, 0xee)->operation, Operation::tdpbssd);
  EXPECT_EQ(product(0x42, 0x5e, 0xee)->operation, Operation::tdpbsud);
  EXPECT_EQ(product(0x41, 0x5e, 0xee)->operation, Operation::tdpbusd);
  EXPECT_EQ(product(0x40, 0x5e, 0xee)->operation, Operation::tdpbuud);
  EXPECT_EQ(product(0x40, 0x5e, 0xee)->b, 7U);
  EXPECT_EQ(product(0x78, 0x49, 0xc0)->operation, Operation::tilerelease);
  EXPECT_EQ(product(0x7b, 0x49, 0xe8)->operation, Operation::tilezero);
  EXPECT_EQ(product(0x7b, 0x49, 0xe8)->c, 5U);
}

void expect_address(const Code& code, Operation operation, const Address& expected) {
  const auto found = decode(code.data());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->operation, operation);
  EXPECT_EQ(found->length, code.size());
  EXPECT_EQ(found->address.base, expected.base);
  EXPECT_EQ(found->address.index, expected.index);
  EXPECT_EQ(found->address.scale, expected.scale);
  EXPECT_EQ(found->address.displacement, expected.displacement);
}

TEST(Instruction, OfMemoryInEveryForm) {
  constexpr int kNone = Address::kNone, kNext = Address::kNextInstruction;
  using enum Operation;
  expect_address({0xc4, 0xe2, 0x78, 0x49, 0x07}, ldtilecfg, {7, kNone, 1, 0});                      // [rdi]
  expect_address({0xc4, 0xe2, 0x78, 0x49, 0x05, 0x10, 0, 0, 0}, ldtilecfg, {kNext, kNone, 1, 16});  // [rip + 16]
  expect_address({0xc4, 0xc2, 0x78, 0x49, 0x45, 0xf8}, ldtilecfg, {13, kNone, 1, -8});              // [r13 - 8]
  expect_address({0xc4, 0xa2, 0x78, 0x49, 0x84, 0x8c, 0, 0x10, 0, 0}, ldtilecfg,
                 {4, 9, 4, 0x1000});                                                      // [rsp + 4 r9 + …]
  expect_address({0xc4, 0xe2, 0x7b, 0x4b, 0x24, 0x07}, tileloadd, {7, 0, 1, 0});          // tmm4, [rdi + rax]
  expect_address({0xc4, 0x82, 0x79, 0x4b, 0x7c, 0x60, 0x40}, tileloadd, {8, 12, 2, 64});  // t1: [r8 + 2 r12 + 64]
  expect_address({0xc4, 0xe2, 0x7b, 0x4b, 0x84, 0x23, 0x45, 0x23, 1, 0}, tileloadd, {3, kNone, 1, 0x12345});
  expect_address({0xc4, 0xe2, 0x7b, 0x4b, 0x04, 0xd5, 0x45, 0x23, 1, 0}, tileloadd, {kNone, 2, 8, 0x12345});
  expect_address({0xc4, 0xa2, 0x7a, 0x4b, 0x5c, 0x3d, 0x80}, tilestored, {5, 15, 1, -128});  // [rbp + r15 - 128]
}

TEST(Instruction, OthersAreLeftAlone) {
  EXPECT_FALSE(decode(Code{0x0f, 0x0b}.data())) << "ud2";
  EXPECT_FALSE(decode(Code{0xc4, 0xe2, 0x60, 0xf2, 0xc8}.data())) << "andn";
  EXPECT_FALSE(decode(Code{0xc4, 0xe2, 0x79, 0x49, 0x07}.data())) << "sttilecfg, which no kernel uses";
  EXPECT_FALSE(decode(Code{0xc4, 0xe2, 0x7b, 0x4b, 0x07}.data())) << "a load without a stride";
  EXPECT_FALSE(decode(Code{0xc4, 0xe2, 0xe2, 0x5c, 0xca}.data())) << "W = 1";
  EXPECT_FALSE(decode(Code{0xc4, 0x62, 0x62, 0x5c, 0xca}.data())) << "tmm9";
}

}  // namespace
}  // namespace mana::amx_emulator
