#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

#include "mana/jobs/train_classifier.h"

namespace mana::jobs {

/// Trains the model of the options on texts of these classes and writes it, with a model card, to a folder that may be
/// replaced. Returns the number of pairs. Throws as train::tune_to_classes() and TrainableModel.
std::size_t tune_encoder(const TrainClassifierOptions& options, const std::filesystem::path& target,
                         std::span<const std::string> texts, std::span<const std::uint32_t> classes,
                         const TrainClassifierEvents& events, const std::stop_token& stop);

}  // namespace mana::jobs
