#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/generate/options.h"
#include "mana/jobs/architecture.h"
#include "mana/jobs/inspected_files.h"
#include "mana/jobs/parameters.h"
#include "mana/jobs/weight_origin.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"

namespace mana::jobs {

/// What a translator is made of.
struct TranslatorInspection {
  std::filesystem::path folder;
  Architecture architecture;
  std::vector<std::string> pipeline;  ///< what a text goes through, one step after the other
  std::size_t max_tokens = 0;         ///< of a text
  generate::Options search;           ///< as the folder says
  WeightOrigin weights;
  kernels::Precision precision = kernels::Precision::f32;
  kernels::Isa isa = kernels::Isa::portable;
  ParameterCounts parameters;
  std::vector<InspectedFile> files;  ///< by name
};

/// Loads the translator and looks at every file below its folder. Throws as generate::Translator's constructor.
TranslatorInspection inspect_translator(const std::filesystem::path& folder);

}  // namespace mana::jobs
