#include "mana/base/xxh64.h"

#include <gtest/gtest.h>

#include <vector>

namespace mana {
namespace {

/// Bytes 3, 10, 17, … at an odd address.
std::uint64_t sum_of(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size + 1);
  for (std::size_t i = 0; i < size; ++i) bytes[i + 1] = static_cast<std::byte>(i * 7 + 3);
  return xxh64(std::span(bytes).subspan(1), seed);
}

TEST(Xxh64, GivesTheSumsOfTheReferenceImplementation) {
  struct Case {
    std::size_t size;
    std::uint64_t without_seed, with_seed;
  };
  // libxxhash 0.8.1, seeds 0 and 2654435761: every way through stripes, words and bytes.
  constexpr Case kCases[] = {
      {0, 0xEF46DB3751D8E999, 0xAC75FDA2929B17EF},    {1, 0x1F25C8D0BC1F4BB6, 0x79CF94F5ACE37FE1},
      {3, 0x31D2363F52E564C9, 0x96D2A5E583DDD738},    {4, 0x9BB64B7D66EE9FDA, 0x4A862FBB4B73776E},
      {7, 0x9A7B149959CE60D8, 0xDDC5CF71D37A6368},    {8, 0xDAB99D95C6F90092, 0xC6E75E2CBD8E07EE},
      {13, 0xF78B031308F5BFC8, 0x216C46017DCB24E2},   {31, 0xA2AA5F33CC4A6119, 0x381822F33376D6B6},
      {32, 0x23C3C17EF790FD97, 0x9ABD315470AC276A},   {33, 0x50A7CFC7BA588784, 0x72CDD3262F467933},
      {63, 0x5E3E54B431C7493C, 0x634DA7D265979E61},   {100, 0xA61F8D4C170FE531, 0x86F549EDE5AC87E2},
      {1000, 0x5F235FA033F1A3FB, 0x83080310EE83CC20},
  };
  for (const Case& each : kCases) {
    EXPECT_EQ(sum_of(each.size, 0), each.without_seed) << each.size;
    EXPECT_EQ(sum_of(each.size, 2654435761), each.with_seed) << each.size;
  }
}

}  // namespace
}  // namespace mana
