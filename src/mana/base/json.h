#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): simdjson's own name
class parser;   // NOLINT(readability-identifier-naming)
}  // namespace simdjson::dom

namespace mana::json {

/// Where simdjson has a value; json.cc alone includes it for that, since its header takes a second to compile.
struct Element {
  const void* document = nullptr;
  std::size_t place = 0;
};

/// A place in a parsed document that remembers its path, so that every mistake is reported with its place:
/// "config.json: hidden_size must be an integer". Valid as long as its Document lives.
class Value {
 public:
  Value(Element element, std::string place) : element_(element), place_(std::move(place)) {}

  /// The member of an object, the last one of that name; nothing when it is absent or null. Throws FormatError when
  /// this is no object.
  std::optional<Value> find(std::string_view key) const;
  /// The member of an object. Throws FormatError when it is absent or null.
  Value at(std::string_view key) const;

  std::string_view string() const;
  bool boolean() const;
  std::int64_t integer() const;
  /// An integer in [low, high], for sizes and ids that are used as such.
  std::int64_t integer(std::int64_t low, std::int64_t high) const;
  double number() const;
  std::vector<Value> array() const;
  /// The members as they stand; a key may be there twice.
  std::vector<std::pair<std::string_view, Value>> object() const;
  /// A key that this object has twice, of which the last counts; nothing for what is no object.
  std::optional<std::string_view> doubled_key() const;

  bool is_null() const;
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;
  bool is_boolean() const;
  bool is_number() const;

  /// The same value without its place, for long lists where a place for each entry would cost too much. (Include
  /// simdjson.h for it.)
  simdjson::dom::element raw() const;
  /// "file.json: model.vocab": how messages name this value.
  const std::string& place() const { return place_; }
  /// Throws FormatError: "<place> <what>".
  [[noreturn]] void fail(std::string_view what) const;
  /// How messages name the member of this object.
  std::string child(std::string_view key) const;

 private:
  /// "NaN", where the text has that, "Infinity" or a number too large in this place.
  std::optional<std::string_view> not_finite() const;
  /// Throws FormatError: what it is if that is no finite number, else "must be <what>".
  [[noreturn]] void fail_kind(std::string_view what) const;

  Element element_;
  std::string place_;
};

/// A parsed JSON text. Nesting beyond 1,000 levels, invalid UTF-8 and trailing text are FormatErrors. What Python's
/// json module writes beyond JSON is read (python_json.h): NaN and Infinity are an error only where a value of that
/// place is asked for, half a surrogate pair becomes U+FFFD, of a key that stands twice the last counts. A byte order
/// mark is passed over.
class Document {
 public:
  /// Throws IoError or FormatError; messages name the file.
  static Document read(const std::filesystem::path& path);
  /// `name` stands for the text in messages.
  static Document parse(std::string_view text, std::string name);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Value root() const { return {root_, name_ + ":"}; }
  /// How many halves of surrogate pairs became U+FFFD.
  std::uint64_t half_characters() const { return half_characters_; }

 private:
  Document();

  std::string name_;
  std::unique_ptr<simdjson::dom::parser> parser_;  // elements point into it
  Element root_;
  std::uint64_t half_characters_ = 0;
};

/// The places of all keys below (and in) `value` that stand twice in their object: "config.json: hidden_act".
std::vector<std::string> doubled_keys(const Value& value);

}  // namespace mana::json
