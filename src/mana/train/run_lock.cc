#include "mana/train/run_lock.h"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"

namespace mana::train {

namespace fs = std::filesystem;

namespace {

/// Throws ArgumentError where a file of the log's name is there that is no log.
fs::path own_log_path(const fs::path& output) {
  constexpr std::string_view kBeginning = "{\"step\"";
  fs::path path = log_path(output);
  const fs::path partial = PartialFile::name_of(path);
  std::string beginning(kBeginning.size(), '\0');
  std::ifstream file(partial, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  if (kBeginning.starts_with(beginning)) return path;
  throw ArgumentError(
      fmt::format("{} is there and is no log of a training, which will stand there; move it, or give another output",
                  partial.string()));
}

}  // namespace

RunLock::RunLock(const fs::path& output) : log_(PartialFile::behind_all(own_log_path(output))) {}

RunLock::~RunLock() {
  if (log_.size() > 0) return;
  std::error_code ignored;
  fs::remove(PartialFile::name_of(log_.path()), ignored);
}

fs::path log_path(const fs::path& output) { return output.string() + ".training.jsonl"; }

}  // namespace mana::train
