#include "mana/search/shortlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace mana::search {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Similarities of which many are equal, for documents 0, 1, …
std::vector<Hit> some_hits() {
  std::mt19937 random(5);
  std::vector<Hit> hits;
  for (std::uint32_t document = 0; document < 300; ++document) {
    hits.push_back({static_cast<float>(random() % 20) - 10, document});
  }
  return hits;
}

std::vector<Hit> best_of(std::vector<Hit> hits, std::size_t count) {
  std::ranges::sort(hits, better);
  hits.resize(std::min(hits.size(), count));
  return hits;
}

TEST(Shortlist, HoldsTheBestInWhateverOrderTheyCome) {
  std::vector<Hit> hits = some_hits();
  std::mt19937 random(7);
  for (const std::size_t count : {0, 1, 10, 299, 300, 1000}) {
    for (int order = 0; order < 5; ++order) {
      Shortlist list(count);
      for (const Hit& hit : hits) list.offer(hit);
      EXPECT_EQ(std::move(list).hits(), best_of(hits, count)) << count;
      std::ranges::shuffle(hits, random);
    }
  }
}

TEST(Shortlist, OfListsIsThatOfAllTheyHaveSeen) {
  const std::vector<Hit> hits = some_hits();
  for (const std::size_t count : {0, 10, 500}) {
    Shortlist whole(count), first(count), second(count);
    for (const Hit& hit : hits) (hit.document % 3 == 0 ? first : second).offer(hit);
    second.offer({kNan, 400});
    whole.offer(second);
    whole.offer(first);
    EXPECT_EQ(whole.without_order(), 400u);
    EXPECT_EQ(std::move(whole).hits(), best_of(hits, count));
  }
}

TEST(Shortlist, HasNoPlaceForWhatIsNoFiniteNumber) {
  for (const float similarity : {kNan, kInfinity, -kInfinity}) {
    for (const std::size_t count : {0, 2, 9}) {  // full, or not
      Shortlist list(count);
      list.offer({1, 0});
      list.offer({2, 1});
      EXPECT_FALSE(list.without_order());
      list.offer({similarity, 7});
      list.offer({similarity, 5});
      list.offer({3, 8});
      EXPECT_EQ(list.without_order(), 5u) << similarity << ", " << count;
      EXPECT_EQ(std::move(list).hits(), best_of({{1, 0}, {2, 1}, {3, 8}}, count));
    }
  }
}

}  // namespace
}  // namespace mana::search
