#include "mana/jobs/transformers_output.h"

#include <optional>
#include <system_error>

#include "mana/base/file.h"
#include "mana/models/transformer/translator_folder.h"

namespace mana::jobs {
namespace {

namespace fs = std::filesystem;

/// What a folder that is to be replaced holds and no such model has, or what every one has and it lacks.
std::optional<fs::path> foreign_file(const fs::path& folder) {
  std::error_code error;
  if (fs::is_empty(folder, error)) return std::nullopt;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
    if (error) return folder;
    const bool is_folder = fs::is_directory(entry->symlink_status(error));
    const fs::path name = entry->path().lexically_relative(folder);
    if ((is_folder || entry->is_regular_file(error)) && models::is_of_translator(name, is_folder)) continue;
    return entry->path();
  }
  if (!fs::exists(folder / "config.json", error)) return folder / "config.json";
  return std::nullopt;
}

}  // namespace

AtomicFolder transformers_output(const fs::path& output, bool force) {
  return AtomicFolder(output, force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse, foreign_file);
}

void write_texts(const AtomicFolder& folder, std::span<const NamedText> texts) {
  for (const auto& [name, text] : texts) {
    AtomicFile file(folder.temporary() / name);
    file.write(text);
    file.commit();
  }
}

}  // namespace mana::jobs
