#include "mana/data/class_pairs.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "mana/base/errors.h"
#include "mana/base/random.h"

namespace mana::data {
namespace {

/// Numbers of rows have 32 bits.
constexpr std::size_t kMostPairs = 0xFFFF'FFFF;

using Texts = std::vector<std::uint32_t>;

/// The texts of each class, in the order of the circle.
std::map<std::uint32_t, Texts> by_class(const Texts& circle, std::span<const std::uint32_t> classes) {
  std::map<std::uint32_t, Texts> members;
  for (const std::uint32_t text : circle) members[classes[text]].push_back(text);
  if (members.size() < 2) {
    throw ArgumentError("pairs that belong together and pairs that do not need texts of at least two classes");
  }
  for (const auto& [name, texts] : members) {
    if (texts.size() > 1) continue;
    throw ArgumentError(fmt::format("text {} is alone in its class, so no pair of it belongs together", texts[0]));
  }
  return members;
}

}  // namespace

std::vector<ClassPair> class_pairs(std::span<const std::uint32_t> classes, std::size_t rounds, std::uint64_t seed) {
  Texts circle(classes.size());
  std::iota(circle.begin(), circle.end(), 0U);
  Random(Random::key(seed, 0)).shuffle(circle);
  const std::map<std::uint32_t, Texts> members = by_class(circle, classes);

  if (rounds > kMostPairs / 2 / classes.size()) {
    throw ArgumentError(fmt::format("{} rounds over {} texts are more than {} pairs; make fewer rounds", rounds,
                                    classes.size(), kMostPairs));
  }
  std::vector<ClassPair> pairs;
  pairs.reserve(2 * rounds * classes.size());
  std::vector<std::size_t> reached(circle.size());  // by the search for partners of another class
  std::iota(reached.begin(), reached.end(), 0U);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const auto& [name, texts] : members) {
      const std::size_t distance = 1 + round % (texts.size() - 1);
      for (std::size_t i = 0; i < texts.size(); ++i) {
        pairs.push_back({texts[i], texts[(i + distance) % texts.size()], true});
      }
    }
    for (std::size_t i = 0; i < circle.size(); ++i) {
      do {
        reached[i] = (reached[i] + 1) % circle.size();
      } while (classes[circle[reached[i]]] == classes[circle[i]]);
      pairs.push_back({circle[i], circle[reached[i]], false});
    }
  }
  return pairs;
}

}  // namespace mana::data
