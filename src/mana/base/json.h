#pragma once

#include <simdjson.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mana::json {

/// A place in a parsed document that remembers its path, so that every mistake is reported with its place:
/// "config.json: hidden_size must be an integer". Valid as long as its Document lives.
class Value {
 public:
  Value(simdjson::dom::element element, std::string place) : element_(element), place_(std::move(place)) {}

  /// The member of an object; nothing when it is absent or null. Throws FormatError when this is no object.
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
  std::vector<std::pair<std::string_view, Value>> object() const;

  bool is_null() const { return element_.is_null(); }
  bool is_string() const { return element_.is_string(); }
  bool is_array() const { return element_.is_array(); }
  bool is_object() const { return element_.is_object(); }
  bool is_boolean() const { return element_.is_bool(); }
  bool is_number() const { return element_.is_number(); }

  /// The same value without its place, for long lists where a place for each entry would cost too much.
  simdjson::dom::element raw() const { return element_; }
  /// "file.json: model.vocab": how messages name this value.
  const std::string& place() const { return place_; }
  /// Throws FormatError: "<place> <what>".
  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::string child(std::string_view key) const;

  simdjson::dom::element element_;
  std::string place_;
};

/// A parsed JSON text. Nesting beyond 1,000 levels, invalid UTF-8 and trailing text are FormatErrors.
class Document {
 public:
  /// Throws IoError or FormatError; messages name the file.
  static Document read(const std::filesystem::path& path);
  /// `name` stands for the text in messages.
  static Document parse(std::string_view text, std::string name);

  Value root() const { return {root_, name_ + ":"}; }

 private:
  std::string name_;
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();  // elements point into it
  simdjson::dom::element root_;
};

}  // namespace mana::json
