#include "mana/data/batch_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "mana/base/random.h"
#include "mana/data/distinct_batches.h"

namespace mana::data {
namespace {

using Rows = std::vector<std::uint32_t>;

Rows shuffled(std::size_t count, Random& random) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  random.shuffle(rows);
  return rows;
}

std::vector<Rows> cut(const Rows& rows, std::size_t batch) {
  std::vector<Rows> batches;
  for (std::size_t begin = 0; begin < rows.size(); begin += batch) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    batches.emplace_back(first, first + static_cast<std::ptrdiff_t>(std::min(batch, rows.size() - begin)));
  }
  return batches;
}

/// Items of similar length side by side: windows of a hundred batches are sorted.
template <class Each>
void for_each_window(Rows& items, const std::vector<std::uint32_t>& tokens, std::size_t batch, const Each& each) {
  const std::size_t window = 100 * batch;
  for (std::size_t begin = 0; begin < items.size(); begin += window) {
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(window, items.size() - begin));
    std::sort(first, last, [&](auto a, auto b) { return std::pair(tokens[a], a) < std::pair(tokens[b], b); });
    each(first, last);
  }
}

/// Batches of items of similar length, cut where the budget is full, in random order.
std::vector<Rows> cut_by_tokens(Rows items, const std::vector<std::uint32_t>& tokens, std::size_t batch,
                                std::size_t budget, Random& random) {
  std::vector<Rows> batches;
  for_each_window(items, tokens, batch, [&](auto first, auto last) {
    std::size_t sum = 0;
    for (auto item = first; item != last; ++item) {
      const bool full = item == first || batches.back().size() == batch || sum + tokens[*item] > budget;
      if (full) batches.emplace_back();
      sum = (full ? 0 : sum) + tokens[*item];
      batches.back().push_back(*item);
    }
  });
  random.shuffle(batches);
  return batches;
}

std::vector<Rows> cut_distinct(Rows rows, const RowFacts& facts, const BatchRules& rules, Random& random) {
  if (rules.tokens == 0) return cut_without_duplicates(rows, facts, rules.batch, 0);
  for_each_window(rows, facts.tokens, rules.batch, [](auto, auto) {});
  std::vector<Rows> batches = cut_without_duplicates(rows, facts, rules.batch, rules.tokens);
  random.shuffle(batches);
  return batches;
}

/// Pairs of class mates in random order; of a class with an odd number of rows one is left out, another in each epoch.
/// A batch of one class is left out: nothing in it is to be told apart.
std::vector<Rows> cut_by_class(const Rows& rows, const RowFacts& facts, const BatchRules& rules, Random& random) {
  std::map<std::int32_t, Rows> classes;
  for (const std::uint32_t row : rows) classes[facts.classes[row]].push_back(row);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const auto& [name, members] : classes) {
    for (std::size_t i = 0; i + 1 < members.size(); i += 2) pairs.emplace_back(members[i], members[i + 1]);
  }
  random.shuffle(pairs);
  Rows order(pairs.size());
  std::iota(order.begin(), order.end(), 0U);
  const std::size_t batch = std::max<std::size_t>(1, rules.batch / 2);
  std::vector<std::uint32_t> tokens;
  if (rules.tokens > 0) {
    for (const auto& [a, b] : pairs) tokens.push_back(facts.tokens[a] + facts.tokens[b]);
  }
  std::vector<Rows> batches =
      rules.tokens > 0 ? cut_by_tokens(std::move(order), tokens, batch, rules.tokens, random) : cut(order, batch);
  for (Rows& each : batches) {
    Rows mates;
    for (const std::uint32_t pair : each) mates.insert(mates.end(), {pairs[pair].first, pairs[pair].second});
    each = std::move(mates);
  }
  std::erase_if(batches, [&](const Rows& each) {
    return std::ranges::all_of(each, [&](std::uint32_t row) { return facts.classes[row] == facts.classes[each[0]]; });
  });
  return batches;
}

std::vector<Rows> batches_of(const RowFacts& facts, const BatchRules& rules, Random& random) {
  Rows rows = shuffled(facts.rows, random);
  switch (rules.together) {
    case Together::no_text_twice: return cut_distinct(std::move(rows), facts, rules, random);
    case Together::class_mates: return cut_by_class(rows, facts, rules, random);
    case Together::any: break;
  }
  if (rules.tokens == 0) return cut(rows, rules.batch);
  return cut_by_tokens(std::move(rows), facts.tokens, rules.batch, rules.tokens, random);
}

}  // namespace

std::vector<PlannedBatch> plan_epoch(std::span<const RowFacts> sets, const BatchRules& rules, std::uint64_t seed,
                                     std::uint64_t epoch) {
  Random random(Random::key(seed, epoch));
  std::vector<std::vector<Rows>> batches;
  for (const RowFacts& facts : sets) {
    batches.push_back(batches_of(facts, rules, random));
    std::erase_if(batches.back(), [&](const Rows& rows) { return rows.size() < rules.least_rows; });
  }

  std::vector<std::uint32_t> turns;  // whose batch is next
  if (rules.mixing == Mixing::round_robin) {
    std::size_t rounds = batches.empty() ? 0 : batches[0].size();
    for (const auto& each : batches) rounds = std::min(rounds, each.size());
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::uint32_t set = 0; set < batches.size(); ++set) turns.push_back(set);
    }
  } else {
    for (std::uint32_t set = 0; set < batches.size(); ++set) turns.insert(turns.end(), batches[set].size(), set);
    if (batches.size() > 1) random.shuffle(turns);
  }

  std::vector<PlannedBatch> plan;
  plan.reserve(turns.size());
  std::vector<std::size_t> next(batches.size());
  for (const std::uint32_t set : turns) plan.push_back({set, std::move(batches[set][next[set]++])});
  return plan;
}

}  // namespace mana::data
