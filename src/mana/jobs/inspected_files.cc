#include "mana/jobs/inspected_files.h"

#include <algorithm>
#include <system_error>

#include "mana/formats/packed_file.h"
#include "mana/formats/safetensors.h"

namespace mana::jobs {
namespace {

InspectedFile file_at(const std::filesystem::path& path, const std::filesystem::path& folder) {
  InspectedFile file{path.lexically_relative(folder).string(), std::filesystem::file_size(path), {}, {}};
  if (formats::is_weight_file(path)) {
    const formats::WeightFile weights = formats::WeightFile::open(path);
    file.weights.emplace().tensors = weights.tensors().size() + weights.unread().size();
    for (const auto& [name, tensor] : weights.tensors()) {
      ++file.weights->dtypes[std::string(mana::name_of(tensor.dtype))];
    }
    for (const auto& [name, tensor] : weights.unread()) ++file.weights->dtypes[tensor.type];
  } else if (path.extension() == ".mana") {
    const formats::PackedFile packed = formats::PackedFile::open(path);
    file.packed = {packed.version(), packed.sections().size()};
  }
  return file;
}

}  // namespace

std::vector<InspectedFile> inspected_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::error_code broken;  // a link to nothing is no file
    if (entry.is_regular_file(broken)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<InspectedFile> files;
  files.reserve(paths.size());
  for (const std::filesystem::path& path : paths) files.push_back(file_at(path, folder));
  return files;
}

}  // namespace mana::jobs
