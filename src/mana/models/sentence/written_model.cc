#include "mana/models/sentence/written_model.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/folder_mark.h"
#include "mana/formats/classifier_head.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/models/sentence/packed_model.h"

namespace mana::models {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 10> kWritten = {"pytorch_model.bin", "pytorch_model.bin.index.json",
                                                       "model.safetensors", "model.safetensors.index.json",
                                                       kPackedModelFile,    "training.jsonl",
                                                       "training.html",     "word_vectors.json",
                                                       "config.json",       kFolderMark};

bool is_known(std::string_view name) {
  const bool shard = name.starts_with("model-") && name.ends_with(".safetensors");
  return shard || std::ranges::find(kWritten, name) != kWritten.end() || is_copied_with_models(name);
}

/// The folders of modules, and those that these lie in, relative to the model's; none where modules.json cannot be
/// read.
std::set<fs::path> known_folders(const fs::path& folder) {
  std::set<fs::path> known = {formats::kClassifierFolder};
  try {
    for (const ListedModule& module : listed_modules(folder)) {
      for (fs::path part = module.folder.lexically_relative(folder).lexically_normal(); !part.empty();
           part = part.parent_path()) {
        known.insert(part.has_filename() ? part : part.parent_path());
      }
    }
  } catch (const Error&) {
    return known;  // then its folders are foreign
  }
  return known;
}

}  // namespace

std::optional<fs::path> foreign_file(const fs::path& folder) {
  std::error_code error;
  if (fs::is_empty(folder, error)) return std::nullopt;
  const std::set<fs::path> folders = known_folders(folder);
  std::set<fs::path> foreign;  // so that the same one is named each time
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
    if (error) return folder;
    const bool is_folder = fs::is_directory(entry->symlink_status(error));
    const bool known = is_folder ? folders.contains(entry->path().lexically_relative(folder))
                                 : !entry->is_directory(error) && is_known(entry->path().filename().string());
    if (known) continue;
    foreign.insert(entry->path());
    if (is_folder) entry.disable_recursion_pending();
  }
  if (!foreign.empty()) return *foreign.begin();
  if (!fs::exists(folder / "modules.json", error)) return folder / "modules.json";
  return std::nullopt;
}

}  // namespace mana::models
