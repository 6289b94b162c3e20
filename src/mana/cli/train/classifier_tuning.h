#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/train/class_tuning.h"

namespace mana::cli {

/// Whether and how `mana train classifier` tunes the encoder first.
struct ClassifierTuningChoice {
  bool wanted = false;
  train::ClassTuning tuning;

  /// Under a title of their own.
  void describe(Options& options);
  /// To be called once the options are read. Throws UsageError for values that mean nothing or would not be heeded.
  void settle(const EncoderChoice& encoder);
};

/// Where a tuned encoder comes from and goes to.
struct TunedEncoder {
  std::filesystem::path source;
  std::filesystem::path target;  ///< a folder that may be replaced
  std::filesystem::path output;  ///< what it will be called
};

/// Trains the encoder on texts of these classes, read from `data`, and writes it with a model card. Returns the number
/// of pairs. Throws as train::tune_to_classes() and TrainableModel.
std::size_t tune_encoder(const ClassifierTuningChoice& choice, const EncoderChoice& encoder,
                         const TunedEncoder& folders, const std::string& data, std::span<const std::string> texts,
                         std::span<const std::uint32_t> classes, bool quiet, std::stop_token stop);

}  // namespace mana::cli
