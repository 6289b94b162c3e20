#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mana::formats {

/// A tokenizer that is known by the list of its tokens alone. Where each of them is a character, but for the special
/// ones, a text is cut into characters; else the text has its tokens between white space, as whoever made the list
/// wrote them.
struct ListedTokenizer {
  std::vector<std::string> tokens;       ///< by their ids
  std::string unknown;                   ///< stands for all that is not among them; one of the tokens
  std::vector<std::string> special;      ///< no part of a text that is read again; what is no token is passed over
  std::vector<std::string> before = {};  ///< special tokens that stand around every text
  std::vector<std::string> behind = {};

  bool of_characters() const;
};

/// Writes a `tokenizer.json`, which the Rust `tokenizers` read, too. Throws IoError.
void write_listed_tokenizer(const std::filesystem::path& folder, const ListedTokenizer& tokenizer);

}  // namespace mana::formats
