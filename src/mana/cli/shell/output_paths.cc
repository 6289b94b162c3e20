#include "mana/cli/shell/output_paths.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/cli/shell/options.h"
#include "mana/data/unpacker.h"

namespace mana::cli {
namespace {

namespace fs = std::filesystem;

bool is_standard(const fs::path& path) { return path.empty() || path == "-"; }

/// Device and number of a regular file or folder; for "-" what standard input or output is.
struct Identity {
  dev_t device = 0;
  ino_t number = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};
std::optional<Identity> identity_of(const fs::path& path, int standard) {
  struct stat status {};
  const int failed = is_standard(path) ? ::fstat(standard, &status) : ::stat(path.c_str(), &status);
  if (failed != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

/// Whether they are the same thing, or would be once both are there.
bool is_same(const fs::path& output, const fs::path& input, int standard_of_input) {
  const auto one = identity_of(output, STDOUT_FILENO), other = identity_of(input, standard_of_input);
  if (one && other) return *one == *other;
  if (is_standard(output) || is_standard(input)) return false;
  std::error_code error;
  const auto is_special = [&](const fs::path& path) { return fs::exists(path, error) && !identity_of(path, -1); };
  if (is_special(output) || is_special(input)) return false;
  return fs::weakly_canonical(output, error) == fs::weakly_canonical(input, error);
}

/// Whether a folder that is there holds this file or folder, somewhere in it.
bool holds(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  if (is_standard(folder) || is_standard(path) || !fs::is_directory(folder, error)) return false;
  const fs::path outer = fs::canonical(folder, error);
  const fs::path inner = fs::weakly_canonical(path, error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Whether a file that is there is one of those in a folder, which links may lead to.
bool is_in(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(file, error) || !fs::is_directory(folder, error)) return false;
  const auto wanted = identity_of(file, -1);
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (identity_of(entry->path(), -1) == wanted) return true;
  }
  return false;
}

/// Whether a name's ending is that of files of some form.
bool says_a_form(const fs::path& name) {
  constexpr std::array<std::string_view, 44> kEndings = {
      ".csv", ".tsv",  ".tab",   ".json",    ".jsonl",   ".ndjson", ".yaml", ".xml",  ".txt",         ".npy", ".npz",
      ".h5",  ".hdf5", ".arrow", ".parquet", ".feather", ".avro",   ".orc",  ".db",   ".sqlite",      ".pkl", ".pickle",
      ".pt",  ".pth",  ".bin",   ".vec",     ".kv",      ".onnx",   ".gguf", ".mana", ".safetensors", ".zip", ".tar",
      ".gz",  ".tgz",  ".bz2",   ".xz",      ".zst",     ".7z",     ".svg",  ".html", ".png",         ".pdf", ".xlsx"};
  return std::ranges::find(kEndings, ending_of(name)) != kEndings.end();
}

std::string shown(const GivenPath& given) {
  return is_standard(given.path) ? given.option : fmt::format("{} {}", given.option, given.path.string());
}

}  // namespace

void add_path(std::vector<GivenPath>& paths, std::string_view option, const std::optional<std::string>& path) {
  if (path) paths.push_back({std::string(option), *path});
}

void require_apart(const std::vector<GivenPath>& outputs, const std::vector<GivenPath>& inputs) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    for (const GivenPath& input : inputs) {
      std::error_code error;
      if (is_same(output->path, input.path, STDIN_FILENO)) {
        throw ArgumentError(
            fmt::format("{} is the file of {}, which would be lost: give another name", shown(*output), shown(input)));
      }
      if (is_in(output->path, input.path)) {
        throw ArgumentError(
            fmt::format("{} is a file of {}, which would be lost: give another name", shown(*output), shown(input)));
      }
      if (holds(output->path, input.path)) {
        throw ArgumentError(
            fmt::format("the folder of {} holds that of {}: give another folder", shown(*output), shown(input)));
      }
    }
    for (auto other = outputs.begin(); other != output; ++other) {
      if (!is_same(output->path, other->path, STDOUT_FILENO)) continue;
      throw ArgumentError(
          fmt::format("{} and {} are the same file: give one of them another name", shown(*other), shown(*output)));
    }
  }
}

void require_no_other_form(const std::string& output, std::string_view forms, std::string_view otherwise) {
  if (ending_of(output) == ".txt" || !says_a_form(output)) return;
  throw UsageError(
      fmt::format("--output {}: the form that this name says is not written, but {}; let it end in one of "
                  "these{}",
                  output, forms, otherwise.empty() ? "" : fmt::format(", or say the form with {}", otherwise)));
}

std::string ending_of_unpacked(const std::filesystem::path& path) {
  return ending_of(data::unpacked_name(path.string()));
}

std::string folder_name(const std::string& output) {
  fs::path name = output;
  while (name.has_relative_path() && (!name.has_filename() || name.filename() == ".")) name = name.parent_path();
  if (!name.has_filename() || name.filename() == "." || name.filename() == "..") {
    throw UsageError(fmt::format(
        "--output '{}': a folder appears there when it is complete, under a name of its own; give that", output));
  }
  if (!says_a_form(name)) return name.string();
  throw UsageError(fmt::format("--output {}: a folder is written, but this is the name of a file; give one without {}",
                               output, ending_of(name)));
}

}  // namespace mana::cli
