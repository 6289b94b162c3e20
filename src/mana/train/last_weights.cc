#include "mana/train/last_weights.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace mana::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEnding = ".weights-";

std::span<float> floats(std::span<std::byte> bytes) {
  return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
}

/// A step's number, whole or as a killed process was writing it.
bool is_ours(std::string_view name) {
  const std::size_t end = std::min(name.find_first_not_of("0123456789"), name.size());
  return end > 0 && (end == name.size() || (name[end] == '.' && name.ends_with(".tmp")));
}

}  // namespace

fs::path LastWeights::path(std::uint64_t step) const { return output_.string() + kEnding + std::to_string(step); }

void LastWeights::keep(std::uint64_t step, const ForEachWeight& for_each_weight) {
  if (count_ == 0) return;
  write_checkpoint(path(step), identity_, "{}", for_each_weight);
  steps_.push_back(step);
  if (steps_.size() > count_) steps_.erase(steps_.begin());
}

void LastWeights::remove_others() const {
  const fs::path folder = output_.has_parent_path() ? output_.parent_path() : fs::path(".");
  const std::string beginning = output_.filename().string() + kEnding;
  std::error_code error;
  std::vector<fs::path> others;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool kept = std::ranges::any_of(steps_, [&](std::uint64_t step) { return path(step).filename() == name; });
    if (name.starts_with(beginning) && is_ours(name.substr(beginning.size())) && !kept) others.push_back(entry->path());
  }
  for (const fs::path& file : others) fs::remove(file, error);
}

void LastWeights::average(const ForEachWeight& for_each_weight) const {
  std::vector<double> sums;
  for (const std::uint64_t step : steps_) {
    Checkpoint(path(step), identity_).restore(for_each_weight);
    std::size_t at = 0;
    for_each_weight([&](const std::string&, std::span<std::byte> bytes) {
      sums.resize(std::max(sums.size(), at + floats(bytes).size()));
      for (const float weight : floats(bytes)) sums[at++] += double{weight};
    });
  }
  std::size_t at = 0;
  for_each_weight([&](const std::string&, std::span<std::byte> bytes) {
    for (float& weight : floats(bytes)) weight = static_cast<float>(sums[at++] / static_cast<double>(steps_.size()));
  });
}

}  // namespace mana::train
