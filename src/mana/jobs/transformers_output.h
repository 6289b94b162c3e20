#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "mana/base/atomic_folder.h"

namespace mana::jobs {

/// The folder of a translator, or of a pre-trained encoder, that a job writes: with `force` in the place of another of
/// these, of nothing else. Throws IoError.
AtomicFolder transformers_output(const std::filesystem::path& output, bool force);

/// A file of a model's folder.
struct NamedText {
  const char* name;
  std::string text;
};
/// Writes such files into it. Throws IoError.
void write_texts(const AtomicFolder& folder, std::span<const NamedText> texts);

}  // namespace mana::jobs
