#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/team.h"
#include "mana/generate/candidates.h"
#include "mana/generate/likeliest.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/models/masked/masked_model.h"
#include "mana/text/tokenizer.h"

namespace mana::generate {

/// Says which tokens may stand behind each [MASK] of a text: what transformers' fill-mask says. Each mask is filled by
/// itself, the others unseen.
class MaskFiller {
 public:
  /// A folder of a BERT with a head of masked words. Throws IoError; FormatError, also where there is no such head;
  /// ArgumentError where its tokenizer knows no mask.
  MaskFiller(const std::filesystem::path& folder, kernels::Isa isa, kernels::Precision precision, unsigned threads);

  /// The `count` likeliest tokens of each mask, the likeliest first. Throws ArgumentError for a text without a mask and
  /// for one with more tokens than the model has positions.
  std::vector<std::vector<Candidate>> operator()(std::string_view text, std::size_t count);

  const text::Tokenizer& tokenizer() const { return tokenizer_; }
  std::string_view mask() const { return tokenizer_.token(mask_); }  ///< as it is typed: "[MASK]"

 private:
  text::Tokenizer tokenizer_;
  const kernels::Table& kernels_;
  models::MaskedModel model_;
  LikeliestTokens likeliest_;
  text::TokenId mask_ = 0;
  Team team_;
};

/// The token's id that stands for a hidden word. Throws ArgumentError for a tokenizer that has none.
text::TokenId mask_of(const text::Tokenizer& tokenizer);

}  // namespace mana::generate
