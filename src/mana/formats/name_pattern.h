#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mana::formats {

/// A regular expression over the names of a model's parts, in the part of Python's syntax that configurations use for
/// them: characters, `.`, classes, groups, `|`, repetition, `^` and `$`. Matching takes time in proportion to pattern
/// times name, whatever the pattern: it comes from a file.
class NamePattern {
 public:
  /// Throws FormatError, which begins with `place`, for a pattern that is malformed or says more than that.
  NamePattern(std::string_view pattern, const std::string& place);
  ~NamePattern();
  NamePattern(NamePattern&&) noexcept;
  NamePattern& operator=(NamePattern&&) noexcept;

  /// re.fullmatch
  bool matches(std::string_view name) const;
  /// Whether it matches all of the name or what follows one of its dots: re.match(rf"(.*\.)?({pattern})$", name)
  bool matches_end(std::string_view name) const;

  struct Node;

 private:
  std::unique_ptr<Node> root_;
};

}  // namespace mana::formats
