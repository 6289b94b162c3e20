#include "mana/base/json.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"

namespace mana::json {
namespace {

constexpr std::size_t kMaxDepth = 1000;

// The same document with integers too large for 64 bits as floating-point numbers. Configurations say "no limit" with
// such integers, and the parser refuses them.
std::string with_large_integers_as_floats(std::string_view text) {
  constexpr std::size_t kDigits = 19;  // that any 64-bit integer has room for
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string result;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at++;
    if (in_string && text[begin] == '\\' && at < text.size()) ++at;
    if (text[begin] == '"') in_string = !in_string;
    const bool number = !in_string && is_digit(text[begin]);
    while (number && at < text.size() && is_digit(text[at])) ++at;
    result += text.substr(begin, at - begin);
    const std::string_view before = text.substr(0, begin);
    const bool fraction = before.ends_with('.') || before.ends_with('+') || before.ends_with('e') ||
                          before.ends_with('E') || before.ends_with("e-") || before.ends_with("E-");
    const bool integer = !fraction && (at == text.size() || std::string_view(".eE").find(text[at]) == text.npos);
    if (number && integer && at - begin > kDigits) result += "e0";
  }
  return result;
}

}  // namespace

std::string Value::child(std::string_view key) const {
  return fmt::format("{}{}{}", place_, place_.ends_with(':') ? " " : ".", printable(key));
}

void Value::fail(std::string_view what) const { throw FormatError(fmt::format("{} {}", place_, what)); }

std::optional<Value> Value::find(std::string_view key) const {
  simdjson::dom::object members;
  if (element_.get(members) != simdjson::SUCCESS) fail("must be an object");
  simdjson::dom::element member;
  if (members.at_key(key).get(member) != simdjson::SUCCESS || member.is_null()) return std::nullopt;
  return Value(member, child(key));
}

Value Value::at(std::string_view key) const {
  if (auto member = find(key)) return *std::move(member);
  throw FormatError(child(key) + " is missing");
}

std::string_view Value::string() const {
  std::string_view text;
  if (element_.get(text) != simdjson::SUCCESS) fail("must be a string");
  return text;
}

bool Value::boolean() const {
  bool value = false;
  if (element_.get(value) != simdjson::SUCCESS) fail("must be true or false");
  return value;
}

std::int64_t Value::integer() const {
  std::int64_t value = 0;
  if (element_.get(value) != simdjson::SUCCESS) fail("must be an integer");
  return value;
}

std::int64_t Value::integer(std::int64_t low, std::int64_t high) const {
  const std::int64_t value = integer();
  if (value < low || value > high) fail(fmt::format("is {}, which is not between {} and {}", value, low, high));
  return value;
}

double Value::number() const {
  double value = 0;
  if (element_.get(value) != simdjson::SUCCESS) fail("must be a number");
  return value;
}

std::vector<Value> Value::array() const {
  simdjson::dom::array elements;
  if (element_.get(elements) != simdjson::SUCCESS) fail("must be a list");
  std::vector<Value> values;
  for (simdjson::dom::element element : elements) {
    values.emplace_back(element, fmt::format("{}[{}]", place_, values.size()));
  }
  return values;
}

std::vector<std::pair<std::string_view, Value>> Value::object() const {
  simdjson::dom::object members;
  if (element_.get(members) != simdjson::SUCCESS) fail("must be an object");
  std::vector<std::pair<std::string_view, Value>> values;
  for (auto [key, element] : members) values.emplace_back(key, Value(element, child(key)));
  return values;
}

Document Document::read(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  try {
    return parse(text, path.string());
  } catch (const FormatError&) {
    const auto foreign = foreign_content(text);
    if (!foreign) throw;
    throw FormatError(fmt::format("{} {}", path.string(), *foreign));
  }
}

Document Document::parse(std::string_view text, std::string name) {
  Document document;
  document.name_ = std::move(name);
  const auto allocated = document.parser_->allocate(text.size(), kMaxDepth);
  auto error = allocated ? allocated : document.parser_->parse(text.data(), text.size()).get(document.root_);
  if (error == simdjson::NUMBER_ERROR) {
    error = document.parser_->parse(with_large_integers_as_floats(text)).get(document.root_);
  }
  if (error == simdjson::DEPTH_ERROR) {
    throw FormatError(fmt::format("{}: the JSON is nested deeper than {} levels", document.name_, kMaxDepth));
  }
  if (error) throw FormatError(fmt::format("{}: not valid JSON: {}", document.name_, simdjson::error_message(error)));
  return document;
}

}  // namespace mana::json
