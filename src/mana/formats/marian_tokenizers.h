#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mana::formats {

/// The tokenizers of a translator that is to be written: trained files of SentencePiece, one for each language or one
/// for both.
struct MarianTokenizerFiles {
  std::filesystem::path source;  ///< a `.model`
  std::filesystem::path target;  ///< a `.model`, which may be the same
  /// A list of tokens for each language, in place of one with the pieces of both.
  bool separate_vocabularies = false;
  std::vector<std::string> language_codes = {};  ///< what may begin a text of the source: ">>deu<<"
  std::string source_language = {}, target_language = {};
  std::size_t max_length = 512;  ///< in tokens, </s> included
};

/// Writes source.spm, target.spm, vocab.json (and target_vocab.json) and tokenizer_config.json, which
/// text::read_marian_tokenizers() and MarianTokenizer of transformers read with the same ids. They are Marian's: </s>
/// is 0 and <unk> 1, the pieces follow, and <pad>, which begins a translation, is behind them. Of separate vocabularies
/// <pad> has the same id in both, behind the pieces of the smaller one, for transformers knows only one. Throws
/// IoError, FormatError where a file is no model of SentencePiece, ArgumentError for what is no code of a language.
void write_marian_tokenizers(const std::filesystem::path& folder, const MarianTokenizerFiles& files);

}  // namespace mana::formats
