#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/engine/encoder.h"
#include "mana/jobs/architecture.h"
#include "mana/jobs/inspected_files.h"
#include "mana/jobs/parameters.h"

namespace mana::jobs {

/// Where a model's weights come from, and what its packed model holds if there is one.
struct WeightOrigin {
  struct Packed {
    std::vector<std::string> layouts;
    std::optional<kernels::Precision> meant_for;
  };
  bool from_packed_model = false;
  std::string note;  ///< why the packed model is not used; empty where it is, or where there is none
  std::optional<Packed> packed;
};

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
  std::vector<InspectedFile> files;  ///< by name
  std::vector<std::string> notes;    ///< of the encoder
};

/// Loads the model and looks at every file below its folder. Throws as Encoder's constructor and
/// count_parameters().
Inspection inspect(const std::filesystem::path& folder);

}  // namespace mana::jobs
