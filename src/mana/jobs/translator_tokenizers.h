#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "mana/base/temporary_folder.h"
#include "mana/text/marian_tokenizers.h"

namespace mana::jobs {

/// Where the tokenizers of a translator that is to be trained come from: one of these.
struct TokenizerChoice {
  std::filesystem::path model;           ///< a translator's folder
  std::filesystem::path both;            ///< the folder of a tokenizer for both sides
  std::filesystem::path source, target;  ///< folders of tokenizers of SentencePiece, one for each side

  bool separate() const { return model.empty() && both.empty(); }
};

/// Tokenizers as they stand in the folder of the translator that will be: those of MarianMT where they are of
/// SentencePiece, else a tokenizer.json that ends every text with </s>. So what is trained on is what will be read.
class TranslatorTokenizers {
 public:
  /// `max_length`: the longest text in tokens, for the tokenizers' settings. Throws IoError, FormatError; ArgumentError
  /// for a tokenizer that lacks </s> or <pad>, and for two of which one is not of SentencePiece.
  TranslatorTokenizers(const TokenizerChoice& choice, std::size_t max_length);

  const text::Tokenizer& source() const { return tokenizers_->source; }
  const text::Tokenizer& target() const { return tokenizers_->target; }
  text::TokenId end() const { return end_; }  ///< </s>
  text::TokenId pad() const { return pad_; }  ///< <pad>, which begins what is written, as in MarianMT

  /// Puts their files into the translator's folder. Throws IoError.
  void copy_into(const std::filesystem::path& folder) const;

 private:
  void write_files(const TokenizerChoice& choice, std::size_t max_length) const;

  TemporaryFolder files_;
  std::unique_ptr<const text::MarianTokenizers> tokenizers_;
  text::TokenId end_ = 0, pad_ = 0;
};

}  // namespace mana::jobs
