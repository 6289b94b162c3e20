#include "mana/models/transformer/translator_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/folder_mark.h"
#include "mana/formats/safetensors.h"
#include "mana/hub/tokenizer_files.h"
#include "mana/models/origin_sums.h"
#include "mana/models/packed_weights.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;

constexpr auto kDescription = std::to_array<std::string_view>(
    {"config.json", "generation_config.json", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE"});
constexpr auto kWritten = std::to_array<std::string_view>(
    {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
     kPackedModelFile, "training.jsonl", "training.html", kFolderMark});
/// Where the tokenizers of two languages lie that are not of MarianMT.
constexpr auto kSides = std::to_array<std::string_view>({"source", "target"});

bool holds(const auto& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

std::uint64_t sum_of(const fs::path& folder, ExtendSum extend) {
  std::uint64_t sum = with_weights(0, formats::StoredWeights::open(folder), extend);
  sum = with_tokenizer(sum, folder);
  for (const std::string_view side : kSides) {
    if (folder_exists(folder / side)) sum = with_tokenizer(with_text(sum, side), folder / side);
  }
  return sum;
}

void copy_one(const fs::path& from, const fs::path& to) {
  const MappedFile source(from);
  AtomicFile copy(to);
  copy.write(source.bytes());
  copy.commit();
}

void copy_those(const fs::path& from, const fs::path& to, const auto& names) {
  for (const std::string_view name : names) {
    if (file_exists(from / name)) copy_one(from / name, to / name);
  }
}

}  // namespace

std::uint64_t translator_sample(const fs::path& folder) { return sum_of(folder, with_sample); }

std::uint64_t translator_content(const fs::path& folder) { return sum_of(folder, with_all); }

void copy_translator(const fs::path& from, const fs::path& to) {
  copy_those(from, to, kDescription);
  copy_those(from, to, hub::kTokenizerFiles);
  for (const std::string_view side : kSides) {
    if (!folder_exists(from / side)) continue;
    std::error_code error;
    fs::create_directory(to / side, error);
    if (error) throw IoError(fmt::format("cannot make the folder {}: {}", (to / side).string(), error.message()));
    copy_those(from / side, to / side, hub::kTokenizerFiles);
  }
  const formats::StoredWeights weights = formats::StoredWeights::open(from);
  for (const formats::WeightFile& file : weights.files()) {
    copy_one(file.path(), to / file.path().lexically_relative(from));
  }
  if (weights.files().size() == 1 && file_exists(to / "model.safetensors")) return;
  copy_those(from, to, std::array{"model.safetensors.index.json", "pytorch_model.bin.index.json"});
}

bool is_of_translator(const fs::path& path, bool is_folder) {
  const std::string name = path.filename().string(), parent = path.parent_path().string();
  if (is_folder) return parent.empty() && holds(kSides, name);
  if (holds(hub::kTokenizerFiles, name)) return parent.empty() || holds(kSides, parent);
  const bool shard = name.starts_with("model-") && name.ends_with(".safetensors");
  return parent.empty() && (shard || holds(kDescription, name) || holds(kWritten, name));
}

}  // namespace mana::models
