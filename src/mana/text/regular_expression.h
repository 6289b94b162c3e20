#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mana/text/normalized_text.h"

namespace mana::text {

/// A regular expression of a `tokenizer.json`. The reference reads those by Oniguruma; here PCRE2 searches, and what
/// the two understand differently is translated or refused. How much a search may try is bounded by the text's length.
class RegularExpression {
 public:
  RegularExpression() = default;
  /// Throws ArgumentError, which says what of it is not supported; an expression that matches nothing at all, of no
  /// letters, is refused too.
  explicit RegularExpression(std::string_view pattern);
  /// One that matches just this text, which is not empty.
  static RegularExpression literal(std::string_view text);

  const std::string& pattern() const { return pattern_; }
  bool is_literal() const { return literal_; }

  /// Calls visit(Range) for every match in a part of a valid UTF-8 text, in order; what is around the part is not seen.
  /// Throws ArgumentError when it would try too much.
  template <class Visit>
  void for_each_match(std::string_view text, Range part, Visit&& visit) const {
    const Search search(*this, part.of(text));
    for (std::size_t at = 0;;) {
      const std::optional<Range> found = search.next(at);
      if (!found) return;
      visit(Range{part.begin + found->begin, part.begin + found->end});
      at = found->end;
    }
  }

 private:
  struct Code;  ///< compiled, shared between copies and threads
  /// A search at work on one text.
  class Search {
   public:
    Search(const RegularExpression& expression, std::string_view text);
    ~Search();
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    /// The first match that begins at `from` or behind it.
    std::optional<Range> next(std::size_t from) const;

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  std::string pattern_;
  bool literal_ = false;
  std::shared_ptr<const Code> code_;
};

}  // namespace mana::text
