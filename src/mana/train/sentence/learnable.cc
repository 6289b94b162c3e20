#include "mana/train/sentence/learnable.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

bool all_equal(std::span<const float> values) {
  return std::ranges::all_of(values, [&](float value) { return value == values.front(); });
}

bool makes_batches(const data::RowFacts& facts, const data::BatchRules& rules) {
  return !data::plan_epoch({&facts, 1}, rules, 0, 0).empty();
}

/// The column of which all rows have the same text, if there is one.
std::string same_in_all(const TokenRows& rows) {
  const data::RowFacts& facts = rows.facts;
  for (std::size_t column = 0; column < facts.texts; ++column) {
    bool same = true;
    for (std::size_t row = 1; row < facts.rows; ++row) {
      same = same && facts.sums[row * facts.texts + column] == facts.sums[column];
    }
    if (same && column < rows.columns.size()) return rows.columns[column].column;
  }
  return {};
}

/// Why, or what to do, as the end of a sentence.
std::string cause(const TokenRows& rows, const data::RowFacts& facts, const data::BatchRules& rules) {
  if (facts.rows < rules.least_rows) return "; give it more rows";
  data::BatchRules without_budget = rules;
  without_budget.tokens = 0;
  if (rules.tokens > 0 && makes_batches(facts, without_budget)) {
    return fmt::format(": no {} of them fit into `batch_tokens` {}; raise it", rules.least_rows, rules.tokens);
  }
  if (rules.together == data::Together::class_mates) {
    return ": none would hold two rows of each of two classes; give it more rows of each class, or larger batches";
  }
  if (rules.together == data::Together::no_text_twice) {
    const std::string column = same_in_all(rows);
    return fmt::format(
        ": {}, and rows that share a text never stand in one batch, where each would be a wrong answer to "
        "the other; give it rows with other texts",
        column.empty() ? "every row shares a text with every other"
                       : fmt::format("all have the same text in the column {}", column));
  }
  return "; give it more rows";
}

}  // namespace

data::BatchRules rules_for(const LossData& data, data::BatchRules rules) {
  if (data.negatives && rules.together == data::Together::any) rules.together = data::Together::no_text_twice;
  const bool compares_classes = data.label == Label::category && data.several_rows;
  if (compares_classes) rules.together = data::Together::class_mates;
  if (data.several_rows) rules.least_rows = std::max<std::size_t>(rules.least_rows, compares_classes ? 4 : 2);
  return rules;
}

void require_labels_that_teach(std::span<const TokenRows> sets, const Loss& loss) {
  bool all_alike = !sets.empty();
  for (const TokenRows& rows : sets) {
    if (rows.rows() == 0 || rows.labels != 1) return;
    const bool equal = all_equal(rows.label_values);
    if (equal && loss.data.several_rows && rows.rows() > 1) {
      if (loss.data.label == Label::score) {
        throw ArgumentError(
            fmt::format("{}: all {} rows have the score {}, which leaves nothing to rank; the loss {} "
                        "learns from scores that differ",
                        rows.name, rows.rows(), rows.label_values[0], loss.name));
      }
      if (loss.data.label == Label::category) {
        throw ArgumentError(
            fmt::format("{}: all {} rows have the same class; the loss {} compares the classes of a "
                        "file and needs two at least",
                        rows.name, rows.rows(), loss.name));
      }
    }
    all_alike = all_alike && equal && rows.label_values[0] == sets[0].label_values[0];
  }
  if (loss.data.label == Label::binary && all_alike) {
    throw ArgumentError(
        fmt::format("{}: all {} rows have the label {}; the loss {} needs pairs that belong together (1) "
                    "and pairs that do not (0)",
                    sets[0].name, sets[0].rows(), sets[0].label_values[0], loss.name));
  }
}

void require_batch_size(const data::BatchRules& rules, const Loss& loss) {
  if (rules.batch >= rules.least_rows) return;
  throw ArgumentError(fmt::format(
      "the loss {} compares the rows of a batch with each other, so a batch of {} row{} teaches nothing; give "
      "`batch` {} or more",
      loss.name, rules.batch, rules.batch == 1 ? "" : "s", rules.least_rows));
}

void refuse_rows_without_batch(std::span<const TokenRows> sets, std::span<const data::RowFacts> facts,
                               const data::BatchRules& rules, std::string_view loss) {
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (makes_batches(facts[i], rules)) continue;
    throw ArgumentError(fmt::format("{}: its {} rows make no batch that the loss {} can learn from{}", sets[i].name,
                                    sets[i].rows(), loss, cause(sets[i], facts[i], rules)));
  }
  throw ArgumentError("the data make no batch; give at least one file with rows");
}

}  // namespace mana::train
