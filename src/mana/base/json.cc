#include "mana/base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <bit>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/base/python_json.h"

namespace mana::json {
namespace {

constexpr std::size_t kMaxDepth = 1000;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Element element_of(simdjson::dom::element element) { return std::bit_cast<Element>(element); }

}  // namespace

simdjson::dom::element Value::raw() const { return std::bit_cast<simdjson::dom::element>(element_); }

bool Value::is_null() const { return raw().is_null(); }
bool Value::is_string() const { return raw().is_string() && !not_finite(); }
bool Value::is_array() const { return raw().is_array(); }
bool Value::is_object() const { return raw().is_object(); }
bool Value::is_boolean() const { return raw().is_bool(); }
bool Value::is_number() const { return raw().is_number() || not_finite(); }

std::string Value::child(std::string_view key) const {
  return fmt::format("{}{}{}", place_, place_.ends_with(':') ? " " : ".", printable(key));
}

void Value::fail(std::string_view what) const { throw FormatError(fmt::format("{} {}", place_, what)); }

std::optional<Value> Value::find(std::string_view key) const {
  simdjson::dom::object members;
  if (raw().get(members) != simdjson::SUCCESS) fail_kind("an object");
  std::optional<simdjson::dom::element> last;
  for (const auto& [name, element] : members) {
    if (name == key) last = element;
  }
  if (!last || last->is_null()) return std::nullopt;
  return Value(element_of(*last), child(key));
}

Value Value::at(std::string_view key) const {
  if (auto member = find(key)) return *std::move(member);
  throw FormatError(child(key) + " is missing");
}

std::optional<std::string_view> Value::not_finite() const {
  std::string_view text;
  if (raw().get(text) != simdjson::SUCCESS || !text.starts_with(kNotFinite)) return std::nullopt;
  return text.substr(kNotFinite.size());
}

void Value::fail_kind(std::string_view what) const {
  if (const auto number = not_finite()) fail(fmt::format("is {}, but it must be {}", *number, what));
  fail(fmt::format("must be {}", what));
}

std::string_view Value::string() const {
  std::string_view text;
  if (raw().get(text) != simdjson::SUCCESS || text.starts_with(kNotFinite)) fail_kind("a string");
  return text;
}

bool Value::boolean() const {
  bool value = false;
  if (raw().get(value) != simdjson::SUCCESS) fail_kind("true or false");
  return value;
}

std::int64_t Value::integer() const {
  std::int64_t value = 0;
  if (raw().get(value) != simdjson::SUCCESS) fail_kind("an integer");
  return value;
}

std::int64_t Value::integer(std::int64_t low, std::int64_t high) const {
  const std::int64_t value = integer();
  if (value < low || value > high) fail(fmt::format("is {}, which is not between {} and {}", value, low, high));
  return value;
}

double Value::number() const {
  double value = 0;
  if (raw().get(value) != simdjson::SUCCESS) fail_kind(not_finite() ? "a finite number" : "a number");
  return value;
}

std::vector<Value> Value::array() const {
  simdjson::dom::array elements;
  if (raw().get(elements) != simdjson::SUCCESS) fail_kind("a list");
  std::vector<Value> values;
  for (simdjson::dom::element element : elements) {
    values.emplace_back(element_of(element), fmt::format("{}[{}]", place_, values.size()));
  }
  return values;
}

std::vector<std::pair<std::string_view, Value>> Value::object() const {
  simdjson::dom::object members;
  if (raw().get(members) != simdjson::SUCCESS) fail_kind("an object");
  std::vector<std::pair<std::string_view, Value>> values;
  for (auto [key, element] : members) values.emplace_back(key, Value(element_of(element), child(key)));
  return values;
}

std::optional<std::string_view> Value::doubled_key() const {
  simdjson::dom::object members;
  if (raw().get(members) != simdjson::SUCCESS) return std::nullopt;
  constexpr std::size_t kFew = 16;  // compared with each other, which needs no memory
  std::size_t count = 0;
  std::unordered_set<std::string_view> known;
  for (auto member = members.begin(); member != members.end(); ++member, ++count) {
    const std::string_view key = member.key();
    if (count == kFew) {
      for (auto before = members.begin(); before != member; ++before) known.insert(before.key());
    }
    if (count >= kFew) {
      if (!known.insert(key).second) return key;
      continue;
    }
    for (auto before = members.begin(); before != member; ++before) {
      if (before.key() == key) return key;
    }
  }
  return std::nullopt;
}

std::vector<std::string> doubled_keys(const Value& value) {
  std::vector<std::string> places;
  std::vector<Value> waiting = {value};
  while (!waiting.empty()) {
    const Value each = std::move(waiting.back());
    waiting.pop_back();
    if (each.is_array()) {
      for (Value& item : each.array()) {
        if (item.is_array() || item.is_object()) waiting.push_back(std::move(item));
      }
      continue;
    }
    if (const auto key = each.doubled_key()) places.push_back(each.child(*key));
    if (!each.is_object()) continue;
    for (auto& [name, member] : each.object()) {
      if (member.is_array() || member.is_object()) waiting.push_back(std::move(member));
    }
  }
  return places;
}

Document::Document() : parser_(std::make_unique<simdjson::dom::parser>()) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

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
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto allocated = document.parser_->allocate(text.size(), kMaxDepth);
  simdjson::dom::element root;
  auto error = allocated ? allocated : document.parser_->parse(text.data(), text.size()).get(root);
  if (error == simdjson::NUMBER_ERROR || error == simdjson::TAPE_ERROR || error == simdjson::STRING_ERROR) {
    const StrictJson strict = strict_json(text, NotFinite::marked);
    document.half_characters_ = strict.half_characters;
    if (strict.text != text) error = document.parser_->parse(strict.text).get(root);
  }
  if (error == simdjson::DEPTH_ERROR) {
    throw FormatError(fmt::format("{}: the JSON is nested deeper than {} levels", document.name_, kMaxDepth));
  }
  if (error) throw FormatError(fmt::format("{}: not valid JSON: {}", document.name_, simdjson::error_message(error)));
  document.root_ = element_of(root);
  return document;
}

}  // namespace mana::json
