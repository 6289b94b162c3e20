#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mana::jobs {

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

/// Every file below a folder, by name. Throws IoError, or FormatError where a file of tensors is damaged.
std::vector<InspectedFile> inspected_files(const std::filesystem::path& folder);

}  // namespace mana::jobs
