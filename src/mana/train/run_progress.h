#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mana::train {

/// Where a run stands, beside the trainer's own state: what its checkpoints tell as JSON.
struct RunProgress {
  std::uint64_t step = 0;
  std::uint64_t total = 0;  ///< steps that the run is to have
  std::uint64_t log_size = 0;
  std::optional<double> before, best, last;  ///< scores
  std::uint64_t best_step = 0;
  std::size_t since_best = 0;               ///< evaluations
  bool evaluation_due = false;              ///< of this step
  std::vector<std::uint64_t> kept_weights;  ///< steps (last_weights.h)

  std::string json() const;
  /// Throws FormatError that names the file `path`.
  static RunProgress read(const std::string& text, const std::filesystem::path& path);
};

}  // namespace mana::train
