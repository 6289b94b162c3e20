#include "mana/train/run_lock.h"

#include <string>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"

namespace mana::train {

namespace fs = std::filesystem;

RunLock::RunLock(const fs::path& output) : log_(PartialFile::behind_all(log_path(output))) {}

RunLock::~RunLock() {
  if (log_.size() > 0) return;
  std::error_code ignored;
  fs::remove(PartialFile::name_of(log_.path()), ignored);
}

fs::path log_path(const fs::path& output) { return output.string() + ".training.jsonl"; }

void remove_torn(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const std::string beginning = file.filename().string() + ".";
  std::error_code error;
  std::vector<fs::path> torn;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(beginning) && name.ends_with(".tmp")) torn.push_back(entry->path());
  }
  for (const fs::path& path : torn) fs::remove(path, error);
}

}  // namespace mana::train
