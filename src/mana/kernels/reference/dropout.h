#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mana/kernels/dropout.h"

namespace mana::kernels::reference {

/// Philox-4x32 (Salmon et al. 2011, *Parallel random numbers: as easy as 1, 2, 3*): 128 random bits as a function of a
/// counter and a key. Seven rounds pass all tests of BigCrush; the authors recommend ten where speed does not matter.
inline constexpr int kPhiloxRounds = 7;
inline constexpr std::uint32_t kPhiloxMultipliers[2] = {0xD2511F53, 0xCD9E8D57};
inline constexpr std::uint32_t kPhiloxKeySteps[2] = {0x9E3779B9, 0xBB67AE85};

inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key,
                                           int rounds = kPhiloxRounds) {
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t first = std::uint64_t{kPhiloxMultipliers[0]} * counter[0];
    const std::uint64_t second = std::uint64_t{kPhiloxMultipliers[1]} * counter[2];
    counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
    key = {key[0] + kPhiloxKeySteps[0], key[1] + kPhiloxKeySteps[1]};
  }
  return counter;
}

/// A row of a mask comes in groups of 128 columns. 16 counters give the group's 4 · 16 words, each of them two columns:
/// the lower and the upper half of word w of counter l decide on columns 32 w + l and 32 w + 16 + l. An element stays
/// when its half is not below 65536 p.
inline constexpr std::size_t kDropoutGroup = 128;
inline constexpr std::size_t kDropoutLanes = 16;

/// What the element is multiplied by: zero or 1 / (1 - p).
inline float dropout_factor(const Dropout& dropout, std::uint64_t row, std::size_t column) {
  if (!dropout.active()) return 1;
  const std::size_t place = column % kDropoutGroup, lane = place % kDropoutLanes, half = place / kDropoutLanes;
  const auto counter = static_cast<std::uint32_t>(column / kDropoutGroup * kDropoutLanes + lane);
  const auto words = philox({counter, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row >> 32), 0},
                            {static_cast<std::uint32_t>(dropout.key), static_cast<std::uint32_t>(dropout.key >> 32)});
  const std::uint32_t chance = words[half / 2] >> (half % 2 * 16) & 0xFFFF;
  return chance < dropout.threshold ? 0.0f : dropout.kept_factor();
}

}  // namespace mana::kernels::reference
