#include "mana/cli/model/target_guides.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"

namespace mana::cli {
namespace {

/// The column of a table, or the field of JSON, as the file is called.
data::TextFormat format_of(const std::string& path, const std::optional<std::string>& column) {
  const std::optional<data::InputForm> named = data::form_named(path);
  const bool json = named == data::InputForm::json || named == data::InputForm::jsonl;
  if (!column && !named) return {.form = data::InputForm::lines};
  return json ? data::TextFormat{.form = named, .field = column} : data::TextFormat{.form = named, .column = column};
}

}  // namespace

void TargetGuides::describe(Options& options) {
  options.option("--prefix", "TEXT", "What every translation begins with", prefix);
  options.option("--prefixes", "FILE", "What each translation begins with, a line for each text; or a table or JSON",
                 prefixes);
  options.option("--prefix-column", "NAME", "The column or field of the prefixes (default: text)", prefix_column);
  options.option("--suppress", "FILE", "Texts that never appear in a translation, one a line", suppressed);
}

void TargetGuides::check(const Options& options, const std::string& input) const {
  options.refuse_unless(prefixes.has_value(), {"--prefix-column"}, "--prefixes");
  options.refuse_if(prefixes.has_value(), {"--prefix"}, "is for all texts and --prefixes for each: give one of them");
  const bool texts = input == "-", begun = prefixes == "-", never = suppressed == "-";
  if (int{texts} + int{begun} + int{never} < 2) return;
  throw UsageError(fmt::format("{} and {} cannot both come from standard input: give a file for one of them",
                               texts ? "the texts" : "--prefixes", never ? "--suppress" : "--prefixes"));
}

void TargetGuides::add_to(std::vector<GivenPath>& inputs) const {
  if (prefixes) inputs.push_back({"--prefixes", *prefixes});
  if (suppressed) inputs.push_back({"--suppress", *suppressed});
}

data::TextSource TargetGuides::open_prefixes(const data::Waiting& waiting) const {
  if (prefix) {
    return [this](std::string& text) {
      text = *prefix;
      return true;
    };
  }
  if (!prefixes) return {};
  file_ = std::make_shared<data::TextFile>(*prefixes, format_of(*prefixes, prefix_column), waiting);
  return [file = file_](std::string& text) { return file->next(text); };
}

bool TargetGuides::prefixes_are_left() const {
  std::string text;
  return file_ && file_->next(text);
}

std::vector<std::vector<generate::Token>> TargetGuides::suppressed_rows(const text::Tokenizer& target,
                                                                        generate::Token end) const {
  std::vector<std::vector<generate::Token>> rows;
  if (!suppressed) return rows;
  data::TextFile file(*suppressed, format_of(*suppressed, {}));
  std::size_t number = 0;
  for (std::string text; file.next(text);) {
    ++number;
    std::vector<generate::Token> row;
    target.append(text, {.special_tokens = false}, row);
    if (row == std::vector{end}) {
      throw FormatError(fmt::format(
          "{}: text {}, '{}', is the end of a translation, without which none would be complete: leave it out",
          *suppressed, number, text));
    }
    if (!row.empty()) rows.push_back(std::move(row));
  }
  if (rows.empty()) throw FormatError(fmt::format("{} holds no text that never appears", *suppressed));
  return rows;
}

}  // namespace mana::cli
