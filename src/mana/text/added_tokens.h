#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/normalizer.h"
#include "mana/text/token_matcher.h"
#include "mana/text/tokenizer.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// A token that is found in the text itself, before the model sees it.
struct AddedToken {
  std::string content;
  bool single_word = false;        ///< not next to a letter, digit or underscore
  bool lstrip = false;             ///< takes the whitespace on its left with it
  bool rstrip = false;             ///< and on its right
  bool normalized = true;          ///< looked for in the normalised text, else in the text as it came
  bool special = false;            ///< left out by decode()
  bool joined_normalized = false;  ///< decode() joins its normalised form: it was normalized once, if no more
  TokenId id = -1;
};

/// All added tokens of a tokenizer.
class AddedTokens {
 public:
  AddedTokens() = default;
  /// Tokens that have their ids, no two of them the same one (token_numbering.h). With `split_special` special ones are
  /// not looked for in texts. Throws FormatError when one can never be found. `place` names the file.
  AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& model, const Normalizers& normalizers,
              bool split_special, std::string_view place);

  const std::vector<AddedToken>& tokens() const { return tokens_; }
  bool split_special() const { return split_special_; }

  std::optional<TokenId> id(std::string_view content) const { return contents_.id(content); }
  std::optional<std::string_view> token(TokenId id) const { return contents_.token(id); }
  /// What decode() joins, which may be the normalised form.
  std::optional<std::string_view> decoded(TokenId id) const { return decoded_.token(id); }
  bool is_special(std::string_view content) const { return special_.id(content).has_value(); }
  std::size_t new_count() const { return new_count_; }  ///< how many the model does not know

  bool any_normalized() const { return !normalized_.empty(); }

  /// Cuts a text at the tokens looked for in it as it came. Calls token(id, range) and text(range), in order.
  template <class Token, class Text>
  void split_original(std::string_view text, Token&& on_token, Text&& on_text) const {
    split(original_, text, on_token, on_text);
  }
  /// The same for those looked for in the normalised text.
  template <class Token, class Text>
  void split_normalized(std::string_view text, Token&& on_token, Text&& on_text) const {
    split(normalized_, text, on_token, on_text);
  }

 private:
  template <class Token, class Text>
  void split(const TokenMatcher& matcher, std::string_view text, Token& on_token, Text& on_text) const;
  bool widen(std::string_view text, const AddedToken& token, std::size_t done, Range& white, Range& range) const;

  std::vector<AddedToken> tokens_;
  bool split_special_ = false;
  TokenMatcher original_, normalized_;
  Vocabulary contents_, decoded_, special_;
  std::size_t new_count_ = 0;
};

template <class Token, class Text>
void AddedTokens::split(const TokenMatcher& matcher, std::string_view text, Token& on_token, Text& on_text) const {
  std::uint32_t done = 0;
  Range white{0, 0};  // white space that was walked over last
  for (auto match = matcher.find(text, 0); match; match = matcher.find(text, match->end)) {
    Range range{static_cast<std::uint32_t>(match->begin), static_cast<std::uint32_t>(match->end)};
    if (!widen(text, tokens_[match->index], done, white, range)) continue;
    if (done < range.begin) on_text(Range{done, range.begin});
    on_token(tokens_[match->index].id, range);
    done = range.end;
  }
  if (done < text.size()) on_text(Range{done, static_cast<std::uint32_t>(text.size())});
}

}  // namespace mana::text
