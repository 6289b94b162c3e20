#include "mana/base/atomic_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/exchange.h"
#include "mana/base/file.h"
#include "mana/base/folder_mark.h"
#include "mana/base/leftovers.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

/// Without the separator at its end, which would make of "out/" a name inside it; of a link, where it points.
fs::path plain(const fs::path& path) {
  if (path.empty()) throw IoError("a folder must have a name");
  const fs::path place = link_target(path.has_filename() ? path : path.parent_path());
  return place.has_filename() ? place : place.parent_path();
}

void require_free(const fs::path& path, AtomicFolder::Existing existing, const AtomicFolder::FindForeign& foreign) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  if (!fs::is_directory(path, error)) {
    throw IoError(fmt::format("{} is no folder; give another name", path.string()));
  }
  if (fs::is_empty(path, error)) return;
  if (existing == AtomicFolder::Existing::refuse) {
    throw IoError(fmt::format("the folder {} exists and is not empty; give another name, or replace it with `force`",
                              path.string()));
  }
  const std::optional<fs::path> found = foreign ? foreign(path) : std::nullopt;
  if (found && !fs::exists(*found, error)) {
    throw IoError(
        fmt::format("{} has no {}, so it is something else than what is put there, and is not replaced; give another "
                    "name",
                    path.string(), found->lexically_relative(path).string()));
  }
  if (found) {
    throw IoError(
        fmt::format("{} holds something else than what is put there, {}, and is not replaced; move that, or "
                    "give another name",
                    path.string(), found->lexically_relative(path).string()));
  }
  const std::optional<fs::path> unmarked = find_unmarked(path);
  if (!unmarked) return;
  const std::string name = unmarked->lexically_relative(path).string();
  if (name == kFolderMark) {
    throw IoError(
        fmt::format("{} was not written by mana, as far as its files say (it has no {}), and is not replaced; move it, "
                    "or give another name",
                    path.string(), kFolderMark));
  }
  throw IoError(
      fmt::format("{}: {} was put there or changed after the folder was written, so it is not replaced; move that "
                  "file, or give another name",
                  path.string(), name));
}

}  // namespace

AtomicFolder::AtomicFolder(const fs::path& path, Existing existing, FindForeign foreign)
    : path_(plain(path)), existing_(existing), foreign_(std::move(foreign)) {
  remove_leftovers(path_);
  require_free(path_, existing_, foreign_);
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = unfinished_name(path_, attempt);
    if (::mkdir(temporary_.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      throw IoError(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
    }
    descriptor_ = ::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0 && errno != ENOENT) {
      const int code = errno;
      ::rmdir(temporary_.c_str());
      throw IoError(fmt::format("cannot write {}: {}", path_.string(), std::strerror(code)));
    }
    if (descriptor_ >= 0 && !hold_unfinished(descriptor_)) ::close(std::exchange(descriptor_, -1));
  }
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
  ::close(descriptor_);
}

void AtomicFolder::commit() {
  require_free(path_, existing_, foreign_);
  write_folder_mark(temporary_);
  const std::optional<fs::path> before = exchange(temporary_, path_);
  temporary_.clear();
  std::error_code ignored;  // the new one is in its place; what cannot be tidied up does no harm
  if (before) fs::remove_all(*before, ignored);
}

}  // namespace mana
