#include "mana/jobs/input_sizes.h"

#include <system_error>

namespace mana::jobs {

std::optional<std::uint64_t> total_bytes(const std::vector<std::filesystem::path>& files) {
  std::uint64_t sum = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return {};
    sum += std::filesystem::file_size(file, error);
  }
  return sum;
}

}  // namespace mana::jobs
