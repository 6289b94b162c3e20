#include "mana/jobs/folder_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/formats/packed_file.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/zip_archive.h"
#include "mana/jobs/parameters.h"
#include "mana/models/packed_weights.h"

namespace mana::jobs {
namespace {

void require_finite(const std::filesystem::path& path, const std::string& name, const formats::StoredTensor& tensor) {
  if (!is_parameter(tensor)) return;
  std::vector<float> values(formats::element_count(tensor.shape));
  formats::to_f32(tensor, values);
  const auto broken = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (broken == values.end()) return;
  throw FormatError(
      fmt::format("{}: tensor {} holds {} at place {}", path.string(), name, *broken, broken - values.begin()));
}

/// PyTorch's files are archives with a sum for each part, which torch.load() does not look at.
void require_sums(const std::filesystem::path& path) {
  const MappedFile file(path);
  constexpr std::string_view kZip = "PK";
  const std::span<const std::byte> bytes = file.bytes();
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  if (!std::string_view(text, bytes.size()).starts_with(kZip)) return;
  const std::vector<std::string> damaged = formats::damaged_files(bytes, path.string());
  if (damaged.empty()) return;
  throw FormatError(
      fmt::format("{}: {} in it has another CRC-32 than the archive says: it is damaged, download it again",
                  path.string(), damaged.front()));
}

}  // namespace

bool FolderCheck::step(std::string_view name, const std::function<std::string()>& check) {
  try {
    report_.checked.push_back(check());
    return true;
  } catch (const Error& error) {
    add_mistake(error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    add_mistake(fmt::format("{}: {}", error.path1().empty() ? std::string(name) : error.path1().string(),
                            error.code().message()));
  }
  return false;
}

/// Several checks may come upon the same one.
void FolderCheck::add_mistake(const std::string& mistake) {
  if (std::ranges::find(report_.wrong, mistake) == report_.wrong.end()) report_.wrong.push_back(mistake);
}

void FolderCheck::note_packed_alone() {
  add_difference(fmt::format("{} is all the weights that there are: mana alone reads them", models::kPackedModelFile));
}

void FolderCheck::read_files() {
  step("files", [this] { return read_all(); });
}

std::string FolderCheck::read_all() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    std::error_code broken;
    if (entry.is_regular_file(broken)) {
      paths.push_back(entry.path());
    } else if (!entry.exists(broken)) {
      report_.differences.push_back(
          fmt::format("{} is a link to nothing", entry.path().lexically_relative(folder_).string()));
    }
  }
  std::ranges::sort(paths);
  for (const std::filesystem::path& path : paths) {
    step(path.string(), [&] { return read_one(path); });
  }
  return fmt::format("files: {} read", paths.size());
}

std::string FolderCheck::read_one(const std::filesystem::path& path) {
  const std::string name = path.lexically_relative(folder_).string();
  if (formats::is_weight_file(path)) {
    const formats::WeightFile weights = formats::WeightFile::open(path);
    std::set<std::string_view> half;
    for (const auto& [tensor_name, tensor] : weights.tensors()) {
      require_finite(path, tensor_name, tensor);
      if (is_parameter(tensor) && tensor.dtype != DType::f32) half.insert(mana::name_of(tensor.dtype));
    }
    if (path.extension() == ".bin") require_sums(path);
    for (const std::string_view dtype : half) {
      report_.differences.push_back(
          fmt::format("{} is stored as {}: programs that keep the stored type also compute in it", name, dtype));
    }
    return fmt::format("{}: {} tensors, all finite", name, weights.tensors().size());
  }
  if (path.extension() == ".json") {
    const json::Document document = json::Document::read(path);
    for (const std::string& place : json::doubled_keys(document.root())) {
      report_.differences.push_back(fmt::format("{} stands there twice; the last one counts", place));
    }
    return fmt::format("{}: valid JSON", name);
  }
  if (path.extension() == ".mana") {
    const formats::PackedFile packed = formats::PackedFile::open(path);
    packed.check_sections();
    return fmt::format("{}: packed, version {}, {} sections undamaged", name, packed.version(),
                       packed.sections().size());
  }
  if (path.extension() == ".py") {
    report_.differences.push_back(
        fmt::format("{} is code that sentence-transformers may run; it is not run here", name));
  }
  const MappedFile file(path);
  // Every page is touched, so that a damaged disk shows here.
  unsigned sum = 0;
  for (const std::byte byte : file.bytes()) sum += std::to_integer<unsigned>(byte);
  return fmt::format("{}: {} bytes, checksum {:08x}", name, file.bytes().size(), sum);
}

}  // namespace mana::jobs
