#include "mana/data/input_form.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

enum class Json : std::uint8_t { no, object, array, undecided };

/// Reads over the beginning of a JSON text; a null part means that more has to be seen.
class Beginning {
 public:
  explicit Beginning(std::string_view text) : text_(text) {}

  Json form() {
    if (!next()) return Json::undecided;
    if (front() == '{') return object(Json::object);
    if (front() != '[') return Json::no;
    ++at_;
    if (!next()) return Json::undecided;
    if (front() == '{') return object(Json::array);
    if (front() != '"') return Json::no;
    if (!string() || !next()) return Json::undecided;
    return front() == ',' || front() == ']' ? Json::array : Json::no;
  }

 private:
  /// An object begins with a key: {"name":
  Json object(Json found) {
    ++at_;
    if (!next()) return Json::undecided;
    if (front() != '"') return Json::no;
    if (!string() || !next()) return Json::undecided;
    return front() == ':' ? found : Json::no;
  }

  bool next() {
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    return at_ < text_.size();
  }

  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (front() == '\\') {
        ++at_;
      } else if (front() == '"') {
        ++at_;
        return true;
      }
    }
    return false;
  }

  char front() const { return text_[at_]; }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Whether the first value ends before its line does, as far as can be seen.
bool first_line_is_whole(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  const std::size_t end = text.find('\n', begin);
  if (end == text.npos) return true;
  const std::size_t last = text.find_last_not_of(kSpace, end);
  return text[last] == '}' || text[last] == ']';
}

}  // namespace

std::string_view name_of(InputForm form) {
  constexpr std::array<std::string_view, 5> kNames = {"lines", "jsonl", "json", "tsv", "csv"};
  return kNames[static_cast<std::size_t>(form)];
}

std::optional<InputForm> form_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, InputForm>, 6> kEndings = {{{".jsonl", InputForm::jsonl},
                                                                               {".ndjson", InputForm::jsonl},
                                                                               {".json", InputForm::json},
                                                                               {".tsv", InputForm::tsv},
                                                                               {".tab", InputForm::tsv},
                                                                               {".csv", InputForm::csv}}};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view unpacked = unpacked_name(lower);
  for (const auto& [ending, form] : kEndings) {
    if (unpacked.ends_with(ending)) return form;
  }
  return std::nullopt;
}

InputForm form_of(LineReader& lines) {
  const std::optional<InputForm> named = form_named(lines.name());
  Json json = Beginning(lines.beginning()).form();
  while (json == Json::undecided && lines.extend_beginning()) json = Beginning(lines.beginning()).form();
  if (json == Json::array) return InputForm::json;
  if (json == Json::object) {
    if (named == InputForm::json || named == InputForm::jsonl) return *named;
    return first_line_is_whole(lines.beginning()) ? InputForm::jsonl : InputForm::json;
  }
  return named.value_or(InputForm::lines);
}

}  // namespace mana::data
