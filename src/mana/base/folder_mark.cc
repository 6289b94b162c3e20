#include "mana/base/folder_mark.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle =
    "Written by mana, which replaces this folder only while it holds these files alone:";

/// By their names in the folder, how long the files in it are.
using Lengths = std::map<std::string, std::uint64_t>;

/// "12 config.json"
std::optional<Lengths> read_mark(const fs::path& folder) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 24;
  std::error_code ignored;
  const fs::path path = folder / kFolderMark;
  if (!fs::is_regular_file(fs::symlink_status(path, ignored))) return std::nullopt;
  std::string text;
  try {
    text = read_file(path, kLongest);
  } catch (const Error&) {
    return std::nullopt;  // what cannot be read says nothing
  }
  std::string_view left = text;
  Lengths lengths;
  for (bool title = true; !left.empty(); title = false) {
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end + 1);
    if (title && line != kTitle) return std::nullopt;
    if (title) continue;
    std::uint64_t length = 0;
    const auto [behind, error] = std::from_chars(line.data(), line.data() + line.size(), length);
    if (error != std::errc() || behind == line.data() + line.size()) return std::nullopt;
    lengths[std::string(behind + 1, line.data() + line.size())] = length;
  }
  return text.empty() ? std::nullopt : std::optional(lengths);
}

}  // namespace

void write_folder_mark(const fs::path& folder) {
  Lengths lengths;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored))
      lengths[entry->path().lexically_relative(folder).string()] = entry->file_size(ignored);
  }
  if (error) throw IoError(fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  std::string text = fmt::format("{}\n", kTitle);
  for (const auto& [name, length] : lengths) text += fmt::format("{} {}\n", length, name);
  AtomicFile file(folder / kFolderMark);
  file.write(text);
  file.commit();
}

std::optional<fs::path> find_unmarked(const fs::path& folder) {
  const std::optional<Lengths> lengths = read_mark(folder);
  if (!lengths) return folder / kFolderMark;
  std::error_code error;
  std::set<fs::path> found;  // so that the same one is named each time
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const fs::file_status status = entry->symlink_status(ignored);
    const std::string name = entry->path().lexically_relative(folder).string();
    if (name == kFolderMark || (fs::is_directory(status) && !fs::is_empty(entry->path(), ignored))) continue;
    const auto known = lengths->find(name);
    if (fs::is_regular_file(status) && known != lengths->end() && entry->file_size(ignored) == known->second) continue;
    found.insert(entry->path());
  }
  if (error) return folder;
  return found.empty() ? std::nullopt : std::optional(*found.begin());
}

}  // namespace mana
