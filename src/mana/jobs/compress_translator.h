#pragma once

#include <string>
#include <vector>

#include "mana/jobs/compress.h"

namespace mana::jobs {

/// A translator with a packed model.
struct PackedTranslatorResult {
  models::FolderSize size;
  kernels::Precision precision = kernels::Precision::f32;  ///< that it is computed in where nothing else is asked for
  std::vector<std::string> layouts;                        ///< that its packed model has
};

/// Writes the folder of a translator anew with a packed model in it, for the precision and the levels of the options.
/// Its other files stay as they are, so that it gives the same texts as before in any precision. Throws OptionError for
/// what can be done to encoders alone, which is most of the options, ArgumentError where the output must not be
/// written, IoError, FormatError.
PackedTranslatorResult pack_translator(const CompressOptions& options);

}  // namespace mana::jobs
