#pragma once

#include <array>
#include <cstdint>

#include "mana/jobs/explain/explained_tokens.h"
#include "mana/nn/run.h"

namespace mana::jobs {

/// A batch of one text, which outlives it.
class OneText {
 public:
  explicit OneText(const ExplainedText& text) : text_(text), offsets_{0, static_cast<std::uint32_t>(text.ids.size())} {}

  nn::TokenBatch batch() const { return {.ids = text_.ids, .type_ids = text_.types, .offsets = offsets_}; }

 private:
  const ExplainedText& text_;
  std::array<std::uint32_t, 2> offsets_;
};

}  // namespace mana::jobs
