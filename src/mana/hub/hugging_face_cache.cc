#include "mana/hub/hugging_face_cache.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/hub/environment.h"

namespace mana::hub {
namespace {

constexpr std::string_view kPrefix = "models--";
constexpr std::uint64_t kLongestReference = 256;

/// The names of what lies in a folder, sorted.
std::vector<std::string> entries(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// The commit that refs/main holds; nothing when there is none.
std::optional<std::string> main_commit(const std::filesystem::path& repository) {
  const std::filesystem::path file = repository / "refs" / "main";
  if (!file_exists(file)) return std::nullopt;
  std::string commit = read_file(file, kLongestReference);
  while (!commit.empty() && (commit.back() == '\n' || commit.back() == '\r' || commit.back() == ' ')) commit.pop_back();
  if (commit.empty() || commit.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return std::nullopt;
  return commit;
}

bool describes_a_model(const std::filesystem::path& folder) {
  const auto has = [&](const char* name) { return file_exists(folder / name); };
  return has("config.json") || has("modules.json") || has("adapter_config.json");
}

/// "owner/name" of "models--owner--name"; nothing for another folder.
std::optional<std::string> name_of(const std::string& folder) {
  if (!folder.starts_with(kPrefix)) return std::nullopt;
  std::string name = folder.substr(kPrefix.size());
  const std::size_t middle = name.find("--");
  if (middle == std::string::npos) return name;
  return fmt::format("{}/{}", name.substr(0, middle), name.substr(middle + 2));
}

}  // namespace

std::filesystem::path model_folder(const std::filesystem::path& folder) {
  const std::filesystem::path snapshots = folder / "snapshots";
  const bool is_repository = folder_exists(snapshots) && !describes_a_model(folder) &&
                             (folder_exists(folder / "refs") || folder_exists(folder / "blobs"));
  if (!is_repository) return folder;
  const auto commit = main_commit(folder);
  if (commit && folder_exists(snapshots / *commit)) return snapshots / *commit;
  const std::string what =
      commit ? fmt::format("names the snapshot {}, which is not there", *commit) : std::string("names no snapshot");
  std::vector<std::string> there;
  for (const std::string& name : entries(snapshots)) there.push_back((snapshots / name).string());
  throw ArgumentError(
      fmt::format("{} is a repository in Hugging Face's cache whose refs/main {}: {}", folder.string(), what,
                  there.empty() ? "fetch it again" : fmt::format("give one that is: {}", fmt::join(there, ", "))));
}

HuggingFaceCache HuggingFaceCache::from_environment() { return HuggingFaceCache(hugging_face_cache()); }

std::vector<std::string> HuggingFaceCache::names() const {
  std::vector<std::string> found;
  if (root_.empty()) return found;
  for (const std::string& folder : entries(root_)) {
    if (auto name = name_of(folder)) found.push_back(*std::move(name));
  }
  std::ranges::sort(found);
  return found;
}

std::optional<std::filesystem::path> HuggingFaceCache::find(std::string_view model) const {
  std::vector<std::string> fitting;
  for (const std::string& name : names()) {
    if (name == model) {
      fitting = {name};
      break;
    }
    if (model.find('/') == std::string_view::npos && name.ends_with(fmt::format("/{}", model))) fitting.push_back(name);
  }
  if (fitting.empty()) return std::nullopt;
  if (fitting.size() > 1) {
    throw ArgumentError(fmt::format("the name \"{}\" fits several models in {}: choose one of {}", model,
                                    root_.string(), fmt::join(fitting, ", ")));
  }
  const std::string& name = fitting.front();
  const std::size_t slash = name.find('/');
  const std::filesystem::path repository =
      root_ / (slash == std::string::npos
                   ? fmt::format("{}{}", kPrefix, name)
                   : fmt::format("{}{}--{}", kPrefix, name.substr(0, slash), name.substr(slash + 1)));
  const auto commit = main_commit(repository);
  if (!commit) return std::nullopt;
  const std::filesystem::path snapshot = repository / "snapshots" / *commit;
  return folder_exists(snapshot) && describes_a_model(snapshot) ? std::optional(snapshot) : std::nullopt;
}

}  // namespace mana::hub
