#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "mana/jobs/train_classifier.h"

namespace mana::jobs {

/// What was done to a model before the regression.
struct TunedEncoder {
  std::optional<std::size_t> pairs;  ///< that it was trained on; nothing where it stayed as it was
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< "epochs", "1": as a model card tells them
};

/// Trains the model of the options on texts of these classes and writes it to a folder that may be replaced. Throws as
/// train::tune_to_classes() and TrainableModel.
TunedEncoder tune_encoder(const TrainClassifierOptions& options, const std::filesystem::path& target,
                          std::span<const std::string> texts, std::span<const std::uint32_t> classes,
                          const TrainClassifierEvents& events, const std::stop_token& stop);

}  // namespace mana::jobs
