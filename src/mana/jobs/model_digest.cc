#include "mana/jobs/model_digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/xxh64.h"
#include "mana/formats/safetensors.h"

namespace mana::jobs {
namespace {

/// Weights, packed or not, configurations, vocabularies and merges; not cards, pages and logs.
bool may_count(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> kEndings = {".spm", ".mana", ".json", ".txt"};
  return formats::is_weight_file(path) || std::ranges::find(kEndings, path.extension().string()) != kEndings.end();
}

std::uint64_t extend(std::uint64_t digest, std::span<const std::byte> bytes) {
  return xxh64(bytes, digest ^ bytes.size());
}

}  // namespace

std::string digest_of_model(const std::filesystem::path& folder) {
  constexpr int kDeepest = 4;  // links may lead in circles
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator each(
      folder, std::filesystem::directory_options::follow_directory_symlink, error);
  for (; !error && each != std::filesystem::recursive_directory_iterator(); each.increment(error)) {
    if (each.depth() >= kDeepest) each.disable_recursion_pending();
    std::error_code ignored;
    if (each->is_regular_file(ignored) && may_count(each->path())) files.push_back(each->path());
  }
  if (error) throw IoError(fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  std::ranges::sort(files);
  std::uint64_t digest = 0;
  for (const std::filesystem::path& file : files) {
    const std::string name = file.lexically_relative(folder).string();
    digest = extend(digest, std::as_bytes(std::span(name)));
    digest = extend(digest, MappedFile(file).bytes());
  }
  return fmt::format("{:016x}", digest);
}

}  // namespace mana::jobs
