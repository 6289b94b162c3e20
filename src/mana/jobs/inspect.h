#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/engine/encoder.h"
#include "mana/formats/classifier_head.h"
#include "mana/jobs/architecture.h"
#include "mana/jobs/inspected_files.h"
#include "mana/jobs/parameters.h"
#include "mana/jobs/weight_origin.h"

namespace mana::jobs {

/// What a model is made of.
struct Inspection {
  formats::SentenceFolder folder;
  Architecture architecture;
  std::vector<std::string> pipeline;  ///< what a text goes through, one step after the other
  std::size_t dimensions = 0;
  std::optional<std::size_t> max_tokens;
  WeightOrigin weights;
  kernels::Precision precision = kernels::Precision::f32;
  kernels::Isa isa = kernels::Isa::portable;
  ParameterCounts parameters;
  std::optional<formats::ClassifierConfig> classifier;  ///< where the folder has one
  std::vector<InspectedFile> files;                     ///< by name
  std::vector<std::string> notes;                       ///< of the encoder
};

/// Loads the model and looks at every file below its folder. Throws as Encoder's constructor and
/// count_parameters().
Inspection inspect(const std::filesystem::path& folder);

}  // namespace mana::jobs
