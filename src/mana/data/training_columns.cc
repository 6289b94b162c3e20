#include "mana/data/training_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/column_meaning.h"

namespace mana::data {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// In the order of the numbers at their ends; those that have the same stay in theirs.
Names by_number(const Names& names) {
  std::multimap<std::uint64_t, std::string> ordered;
  for (const std::string& name : names) ordered.emplace(column_number(name), name);
  Names result;
  result.reserve(names.size());
  for (const auto& [number, name] : ordered) result.push_back(name);
  return result;
}

/// Settles the columns of one file.
class Settling {
 public:
  Settling(const std::filesystem::path& path, const Names& names, const RowFormat& format)
      : path_(path), names_(names), format_(format), meanings_(column_meanings(names)) {}

  TrainingColumns operator()() {
    result_.labels = format_.labels;
    result_.texts = format_.texts;
    if (format_.labels.empty() && format_.label != RowLabel::none) find_labels();
    if (format_.texts.empty()) find_texts();
    check_count();
    if (format_.label == RowLabel::none) {
      result_.labels.clear();
    } else if (result_.labels.empty()) {
      throw FormatError(fmt::format(
          "{}: a {} is needed, but no column is called score, scores, label, labels, only {}; name it with `label`",
          path_.string(), format_.label == RowLabel::category ? "class" : "score", fmt::join(names_, ", ")));
    }
    refuse_doubles(joined({result_.texts, result_.labels}));
    for (const std::string& name : names_) {
      if (!contains(result_.texts, name) && !contains(result_.labels, name)) result_.unused.push_back(name);
    }
    return result_;
  }

 private:
  void refuse_doubles(const Names& used) const {
    for (const std::string& name : used) {
      if (std::ranges::count(names_, name) < 2) {
        if (std::ranges::count(used, name) < 2) continue;
        throw FormatError(fmt::format("{}: the column {} would be taken twice; name each once", path_.string(), name));
      }
      throw FormatError(fmt::format("{}: two of its columns are called {}; give each a name of its own", path_.string(),
                                    name.empty() ? "nothing" : name));
    }
  }

  /// The columns of this meaning that nothing else was said of.
  Names of(ColumnMeaning meaning) const {
    Names found;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (meanings_[i] == meaning && !contains(format_.labels, names_[i])) found.push_back(names_[i]);
    }
    return found;
  }

  /// A class is rather called label than score, a score the other way round; a plain name comes before others.
  void find_labels() {
    const bool numbers = format_.label == RowLabel::numbers && !format_.binary;
    const std::array<ColumnMeaning, 2> order = numbers ? std::array{ColumnMeaning::score, ColumnMeaning::label}
                                                       : std::array{ColumnMeaning::label, ColumnMeaning::score};
    for (const ColumnMeaning meaning : order) {
      Names found = of(meaning);
      if (found.empty()) continue;
      const Names all = found;
      std::erase_if(found, [](const std::string& name) { return !is_plain_label(name); });
      if (found.empty() || format_.several_labels) found = all;
      found = by_number(found);
      if (found.size() > 1 && !format_.several_labels) {
        throw FormatError(fmt::format("{}: {} could each hold the {}; name the one that does with `label`",
                                      path_.string(), fmt::join(found, ", "),
                                      format_.label == RowLabel::category ? "class" : "score"));
      }
      result_.labels = std::move(found);
      return;
    }
  }

  void find_texts() {
    if (format_.order == TextOrder::any) {
      find_equal_texts();
    } else {
      find_ordered_texts();
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (meanings_[i] == ColumnMeaning::unknown && contains(result_.texts, names_[i])) {
        result_.guessed.push_back(names_[i]);
      }
    }
  }

  /// Texts of which none is another's partner: all that may be one, in their order.
  void find_equal_texts() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const ColumnMeaning meaning = meanings_[i];
      const bool other =
          meaning == ColumnMeaning::id || meaning == ColumnMeaning::score || meaning == ColumnMeaning::label;
      if (!other && !contains(result_.labels, names_[i])) result_.texts.push_back(names_[i]);
    }
    const Names texts = of(ColumnMeaning::text);
    if (format_.most_texts == 1 && result_.texts.size() > 1 && texts.size() == 1) result_.texts = texts;
  }

  void find_ordered_texts() {
    const Names firsts = of(ColumnMeaning::first), seconds = of(ColumnMeaning::second);
    const Names negatives = by_number(of(ColumnMeaning::negative));
    Names others;  // in their order
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const bool open = meanings_[i] == ColumnMeaning::unknown || meanings_[i] == ColumnMeaning::text;
      if (open && !contains(result_.labels, names_[i])) others.push_back(names_[i]);
    }
    refuse_rivals(firsts, "first text of a row");
    refuse_rivals(seconds, "text that belongs to it");

    // What is missing is what the others are, where they are as many.
    const bool negative_missing = format_.least_texts > 2 && negatives.empty();
    const std::size_t missing = (firsts.empty() ? 1U : 0U) + (seconds.empty() ? 1U : 0U) + (negative_missing ? 1U : 0U);
    const Names known = joined({firsts, seconds, negatives});
    if (known.empty()) {
      result_.texts = std::move(others);
    } else if (others.size() < missing) {
      result_.texts = joined({firsts, seconds, others, negatives});
      check_count();
      refuse_incomplete(firsts.empty() ? "an anchor" : seconds.empty() ? "a positive" : "a negative");
    } else if (others.size() == missing) {
      std::size_t next = 0;
      const auto place = [&](const Names& names, bool is_missing) {
        return is_missing ? Names{others[next++]} : names;
      };
      for (const Names& names :
           {place(firsts, firsts.empty()), place(seconds, seconds.empty()), place(negatives, negative_missing)}) {
        result_.texts.insert(result_.texts.end(), names.begin(), names.end());
      }
    } else if (missing == 0 && known.size() >= format_.most_texts) {
      result_.texts = known;
    } else {
      refuse_unclear(known, others);
    }
  }

  static Names joined(std::initializer_list<Names> lists) {
    Names all;
    for (const Names& names : lists) all.insert(all.end(), names.begin(), names.end());
    return all;
  }

  void refuse_rivals(const Names& names, std::string_view what) const {
    if (names.size() < 2) return;
    throw FormatError(fmt::format("{}: {} could each be the {}; name the texts in their order with `columns`",
                                  path_.string(), fmt::join(names, ", "), what));
  }

  /// A negative without what it is a negative of, or the like.
  [[noreturn]] void refuse_incomplete(std::string_view missing) const {
    throw FormatError(fmt::format("{}: of its columns {} none is {}; name the texts in their order with `columns`",
                                  path_.string(), fmt::join(names_, ", "), missing));
  }

  [[noreturn]] void refuse_unclear(const Names& known, const Names& others) const {
    throw FormatError(fmt::format(
        "{}: beside {} it is not clear what {} {}; name the columns of texts in their order with `columns`",
        path_.string(), fmt::join(known, ", "), fmt::join(others, ", "), others.size() == 1 ? "is" : "are"));
  }

  void check_count() const {
    const std::size_t texts = result_.texts.size();
    if (texts >= format_.least_texts && texts <= format_.most_texts) return;
    throw FormatError(
        fmt::format("{}: {}{} column{} of texts {} needed, but there {} {}{}{}; name the right ones with `columns`",
                    path_.string(), format_.least_texts == format_.most_texts ? "" : "at least ", format_.least_texts,
                    format_.least_texts == 1 ? "" : "s", format_.least_texts == 1 ? "is" : "are",
                    texts == 1 ? "is" : "are", texts, texts == 0 ? "" : ": ", fmt::join(result_.texts, ", ")));
  }

  const std::filesystem::path& path_;
  const Names& names_;
  const RowFormat& format_;
  std::vector<ColumnMeaning> meanings_;
  TrainingColumns result_;
};

std::string role_of(std::size_t text, const TrainingColumns& columns, const RowFormat& format) {
  if (format.order == TextOrder::any) return "text";
  if (format.order == TextOrder::pair) return text == 0 ? "first text" : "second text";
  if (text < 2) return text == 0 ? "anchor" : "positive";
  return columns.texts.size() == 3 ? "negative" : fmt::format("negative {}", text - 1);
}

}  // namespace

TrainingColumns settle_columns(const std::filesystem::path& path, const std::vector<std::string>& names,
                               const RowFormat& format) {
  return Settling(path, names, format)();
}

std::vector<ColumnRole> column_roles(const TrainingColumns& columns, const RowFormat& format) {
  std::vector<ColumnRole> roles;
  roles.reserve(columns.texts.size() + columns.labels.size() + columns.unused.size());
  for (std::size_t i = 0; i < columns.texts.size(); ++i)
    roles.push_back({columns.texts[i], role_of(i, columns, format)});
  for (const std::string& label : columns.labels) {
    roles.push_back({label, format.label == RowLabel::category ? "class" : format.binary ? "label" : "score"});
  }
  for (const std::string& unused : columns.unused) roles.push_back({unused, "not used"});
  return roles;
}

}  // namespace mana::data
