#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "mana/engine/encoder.h"
#include "mana/jobs/explain/explained_tokens.h"

namespace mana::models {
struct SentenceModel;
}

namespace mana::kernels {
struct Table;
}

namespace mana::jobs {

/// A sentence encoder whose inside is to be seen, in f32: its layers beside the engine that embeds with them.
struct OpenEncoder {
  std::shared_ptr<const models::SentenceModel> model;
  const kernels::Table& kernels;
  engine::Encoder encoder;  ///< of this model; a text that is too long is an ArgumentError

  /// Throws IoError, FormatError, ArgumentError as engine::Encoder's constructor.
  OpenEncoder(const std::filesystem::path& folder, unsigned threads, std::optional<kernels::Isa> isa);

  /// A text as the model sees it, behind its prompt. Throws as explained_text().
  ExplainedText read(std::string_view text, std::optional<std::size_t> most) const;

 private:
  OpenEncoder(const formats::SentenceFolder& folder, const kernels::Table& kernels, unsigned threads);
};

}  // namespace mana::jobs
