#include "mana/data/batch_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "mana/base/random.h"

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

/// Rows of similar length side by side: windows of a hundred batches are sorted, cut where the budget is full, and
/// their batches shuffled.
std::vector<Rows> cut_by_tokens(Rows rows, const RowFacts& facts, const BatchRules& rules, Random& random) {
  const std::size_t window = 100 * rules.batch;
  std::vector<Rows> batches;
  for (std::size_t begin = 0; begin < rows.size(); begin += window) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(window, rows.size() - begin));
    std::sort(first, last,
              [&](auto a, auto b) { return std::pair(facts.tokens[a], a) < std::pair(facts.tokens[b], b); });
    std::size_t tokens = 0;
    for (auto row = first; row != last; ++row) {
      const bool full =
          row == first || batches.back().size() == rules.batch || tokens + facts.tokens[*row] > rules.tokens;
      if (full) batches.emplace_back();
      tokens = (full ? 0 : tokens) + facts.tokens[*row];
      batches.back().push_back(*row);
    }
  }
  random.shuffle(batches);
  return batches;
}

/// Each batch takes, in order, every row that has no text in common with those it has; the others wait for the next.
/// (NoDuplicatesBatchSampler of sentence-transformers.)
std::vector<Rows> cut_without_duplicates(const Rows& rows, const RowFacts& facts, std::size_t batch) {
  std::vector<Rows> batches;
  Rows waiting;  // in order; they come before rows[next]
  std::size_t next = 0;
  while (!waiting.empty() || next < rows.size()) {
    Rows& taken = batches.emplace_back();
    std::unordered_set<std::uint64_t> texts;
    Rows later;
    const auto place = [&](std::uint32_t row) {
      const std::span<const std::uint64_t> own = std::span(facts.sums).subspan(row * facts.texts, facts.texts);
      const bool seen = std::any_of(own.begin(), own.end(), [&](std::uint64_t sum) { return texts.contains(sum); });
      const bool takes = !seen && taken.size() < batch;
      (takes ? taken : later).push_back(row);
      if (takes) texts.insert(own.begin(), own.end());
    };
    for (const std::uint32_t row : waiting) place(row);
    while (next < rows.size() && taken.size() < batch) place(rows[next++]);
    waiting = std::move(later);
  }
  return batches;
}

/// Pairs of class mates in random order; of a class with an odd number of rows one is left out, another in each epoch.
std::vector<Rows> cut_by_class(const Rows& rows, const RowFacts& facts, std::size_t batch, Random& random) {
  std::map<std::int32_t, Rows> classes;
  for (const std::uint32_t row : rows) classes[facts.classes[row]].push_back(row);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const auto& [name, members] : classes) {
    for (std::size_t i = 0; i + 1 < members.size(); i += 2) pairs.emplace_back(members[i], members[i + 1]);
  }
  random.shuffle(pairs);
  Rows order;
  for (const auto& [a, b] : pairs) order.insert(order.end(), {a, b});
  return cut(order, std::max<std::size_t>(2, batch / 2 * 2));
}

std::vector<Rows> batches_of(const RowFacts& facts, const BatchRules& rules, Random& random) {
  Rows rows = shuffled(facts.rows, random);
  switch (rules.together) {
    case Together::no_text_twice: return cut_without_duplicates(rows, facts, rules.batch);
    case Together::class_mates: return cut_by_class(rows, facts, rules.batch, random);
    case Together::any: break;
  }
  return rules.tokens > 0 ? cut_by_tokens(std::move(rows), facts, rules, random) : cut(rows, rules.batch);
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
