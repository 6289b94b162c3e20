#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::data {

/// Two texts, and whether they are of one class.
struct ClassPair {
  std::uint32_t first = 0, second = 0;
  bool alike = false;

  bool operator==(const ClassPair&) const = default;
};

/// Many pairs of few texts (SetFit: Tunstall et al. 2022, arXiv:2209.11055, section 3). In each of the rounds every
/// text gets a partner of its own class and one of another: 2 · rounds · texts pairs, as many alike as not. All lie on
/// a circle in random order, and a text's partners are those that come next on it, so that pairs repeat only when a
/// text has met every other. `classes`: the number of each text's class. A function of its arguments. Throws
/// ArgumentError for less than two classes, for a class of a single text, and for more pairs than a run of training
/// takes.
std::vector<ClassPair> class_pairs(std::span<const std::uint32_t> classes, std::size_t rounds, std::uint64_t seed);

}  // namespace mana::data
