#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mana/engine/encoder.h"
#include "mana/jobs/parameters.h"

namespace mana::jobs {

/// What an encoder is made of: the family and its sizes, by name ("layers": 6), and the whole in a few words.
struct Architecture {
  struct Part {
    std::string name;
    std::variant<std::uint64_t, std::string> value;
  };
  std::vector<Part> parts;
  std::string step;  ///< "bert, 6 layers of 384"
};

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

/// A file of tensors.
struct InspectedWeights {
  std::size_t tensors = 0;
  std::map<std::string, std::size_t> dtypes;  ///< how many tensors of each element type
};

/// A packed model.
struct InspectedPackedModel {
  std::uint32_t version = 0;
  std::size_t sections = 0;
};

/// A file below a model's folder, and what it holds where that is known.
struct InspectedFile {
  std::string name;  ///< relative to the folder
  std::uint64_t bytes = 0;
  std::optional<InspectedWeights> weights;
  std::optional<InspectedPackedModel> packed;
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
