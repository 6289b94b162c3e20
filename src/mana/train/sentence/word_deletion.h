#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/random.h"
#include "mana/text/tokenizer.h"

namespace mana::train {

/// How TSDAE thins a text out (Wang, Reimers and Gurevych 2021, arXiv:2104.06979, section 3): each of its words is
/// left out with probability δ, whatever becomes of the others; of a text that would lose all, one stays. A word is all
/// of its tokens (data/word_marks.h).
class WordDeletion {
 public:
  /// Throws ArgumentError for a δ that is not below 1, and for a tokenizer that does not put tokens before a text and
  /// behind it, from which a decoder begins and by which it ends.
  WordDeletion(const text::Tokenizer& tokenizer, double share);

  /// The places of the tokens that stay, ascending: those that the template adds, the first `prompt` tokens, and of the
  /// words as chance has it. A function of what `random` gives.
  std::vector<std::uint32_t> kept(std::span<const text::TokenId> ids, std::size_t prompt, Random random) const;

 private:
  double share_;
  std::size_t before_ = 0, behind_ = 0;  // tokens of the template
  std::vector<bool> continues_;          // [ids]
};

}  // namespace mana::train
