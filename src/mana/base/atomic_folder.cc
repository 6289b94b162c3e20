#include "mana/base/atomic_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

/// Without the separator at its end, which would make of "out/" a name inside it; of a link, where it points.
fs::path plain(const fs::path& path) {
  if (path.empty()) throw IoError("a folder must have a name");
  const fs::path place = link_target(path.has_filename() ? path : path.parent_path());
  return place.has_filename() ? place : place.parent_path();
}

/// A name beside `path` that nothing has.
fs::path free_name(const fs::path& path, const char* ending) {
  for (int attempt = 0;; ++attempt) {
    fs::path name = fmt::format("{}.{}.{}.{}", path.string(), ::getpid(), attempt, ending);
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(name, ignored))) return name;
  }
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
}

}  // namespace

AtomicFolder::AtomicFolder(const fs::path& path, Existing existing, FindForeign foreign)
    : path_(plain(path)), existing_(existing), foreign_(std::move(foreign)) {
  require_free(path_, existing_, foreign_);
  temporary_ = free_name(path_, "tmp");
  std::error_code error;
  fs::create_directory(temporary_, error);
  if (error) throw IoError(fmt::format("cannot write {}: {}", path_.string(), error.message()));
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  require_free(path_, existing_, foreign_);
  std::error_code error;
  // The old one is moved aside first: a folder cannot be renamed over one that is not empty.
  fs::path old;
  if (fs::exists(path_, error)) {
    old = free_name(path_, "old");
    fs::rename(path_, old, error);
    if (error) throw IoError(fmt::format("cannot replace {}: {}", path_.string(), error.message()));
  }
  fs::rename(temporary_, path_, error);
  if (error) {
    std::error_code ignored;
    if (!old.empty()) fs::rename(old, path_, ignored);
    throw IoError(fmt::format("cannot write {}: {}", path_.string(), error.message()));
  }
  temporary_.clear();
  if (!old.empty()) fs::remove_all(old, error);
}

}  // namespace mana
