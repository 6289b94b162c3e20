#include "mana/data/best_translations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/json.h"

namespace mana::data {
namespace {

/// Number, score, ending, translation; nothing where a line is something else.
std::optional<std::array<std::string_view, 4>> fields_of(std::string_view line) {
  std::array<std::string_view, 4> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = std::min(line.find('\t'), line.size());
    if ((end == line.size()) != (i + 1 == fields.size())) return std::nullopt;
    fields[i] = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  const auto all_of = [](std::string_view text, std::string_view letters) {
    return !text.empty() && text.find_first_not_of(letters) == text.npos;
  };
  const bool ours = all_of(fields[0], "0123456789") && all_of(fields[1], "-.0123456789einf") &&
                    (fields[2] == "end" || fields[2] == "limit");
  return ours ? std::optional(fields) : std::nullopt;
}

bool is_json_row(const std::string& line) {
  if (!line.starts_with('{')) return false;
  try {
    const json::Document document = json::Document::parse(line, "");
    const json::Value row = document.root();
    return row.find("translations").has_value() && row.find("truncated").has_value();
  } catch (const FormatError&) {
    return false;  // whoever reads it as something else says what is wrong
  }
}

}  // namespace

std::optional<BestTranslations> BestTranslations::open(const std::filesystem::path& path, const Waiting& waiting) {
  std::string line;
  LineReader(path, waiting).next(line);
  const bool json = is_json_row(line);
  if (!json && !fields_of(line)) return std::nullopt;
  return BestTranslations(path, waiting, json);
}

bool BestTranslations::next(std::string& text) {
  for (std::string line; lines_.next(line);) {
    if (json_) {
      const json::Document document = json::Document::parse(line, lines_.place());
      const json::Value translations = document.root().at("translations");
      const auto all = translations.array();
      if (all.empty()) translations.fail("is empty: there is no translation");
      text = all.front().at("text").string();
      return true;
    }
    const auto fields = fields_of(line);
    if (!fields) {
      throw FormatError(fmt::format("{} must have four fields, number, score, ending and translation", lines_.place()));
    }
    if ((*fields)[0] == number_) continue;  // a further one of the n best
    number_ = (*fields)[0];
    text = (*fields)[3];
    return true;
  }
  return false;
}

}  // namespace mana::data
