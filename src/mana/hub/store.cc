#include "mana/hub/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/hub/hugging_face_cache.h"

namespace mana::hub {
namespace {

constexpr std::string_view kDefaultModel = "all-MiniLM-L6-v2";
constexpr std::size_t kMostNamesShown = 10;

std::optional<Repository> repository_of(std::string_view text) {
  try {
    return Repository::parse(text);
  } catch (const ArgumentError&) {
    return std::nullopt;
  }
}

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  return std::filesystem::is_directory(path, ignored);
}

/// A single component that is not the store's own: it cannot leave the store.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

/// "owner--name" of the disk as "owner/name"; any other folder keeps its name.
std::string shown(const std::string& folder) {
  const std::size_t middle = folder.find("--");
  if (middle == std::string::npos) return folder;
  const std::string name = fmt::format("{}/{}", folder.substr(0, middle), folder.substr(middle + 2));
  return repository_of(name) ? name : folder;
}

std::string advice(std::string_view model) {
  if (model == kDefaultModel) {
    return "run ./quickstart in Mana's sources, or \"mana pull sentence-transformers/all-MiniLM-L6-v2\"";
  }
  if (repository_of(model)) return fmt::format("run \"mana pull {}\"", model);
  return "give the folder of a model, or fetch one with \"mana pull owner/name\"";
}

}  // namespace

Store::Store(std::filesystem::path root) : root_(std::move(root)) {}

Store Store::from_environment() {
  if (const char* home = std::getenv("MANA_HOME"); home != nullptr && *home != '\0') {
    return Store(std::filesystem::path(home) / "models");
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return Store(std::filesystem::path(home) / ".cache" / "mana" / "models");
  }
  throw ArgumentError("there is no folder for models: set MANA_HOME (or HOME) in the environment");
}

std::filesystem::path Store::resolve(std::string_view model) const {
  if (model.empty()) throw ArgumentError("the name of the model is empty: give a folder or the name of a model");
  if (model.find('\0') == std::string_view::npos && folder_exists(model)) return model_folder(model);

  const std::optional<Repository> repository = repository_of(model);
  if (repository && is_folder(folder_of(*repository))) return folder_of(*repository);

  // A name without an owner is one of sentence-transformers' own, as it is for that library.
  if (repository && repository->owner == "sentence-transformers" && is_folder(root_ / repository->name)) {
    return root_ / repository->name;
  }

  const std::vector<std::string> there = names();
  if (is_plain_name(model)) {
    if (is_folder(root_ / model)) return root_ / model;
    std::vector<std::string> owned;
    std::ranges::copy_if(there, std::back_inserter(owned),
                         [&](const std::string& name) { return name.ends_with(fmt::format("/{}", model)); });
    if (owned.size() == 1) return folder_of(Repository::parse(owned.front()));
    if (owned.size() > 1) {
      throw ArgumentError(fmt::format("the name \"{}\" fits several models in {}: choose one of {}", model,
                                      root_.string(), fmt::join(owned, ", ")));
    }
  }
  const HuggingFaceCache cache = HuggingFaceCache::from_environment();
  if (const auto found = cache.find(model)) return *found;
  const std::vector<std::string> cached = cache.names();
  const std::string what =
      fmt::format("there is no model \"{}\", neither as a folder nor in {}{}", model, root_.string(),
                  std::ranges::find(cached, model) == cached.end()
                      ? ""
                      : fmt::format(", and {} has only a part of it", cache.root().string()));
  if (there.empty() || there.size() > kMostNamesShown) throw ArgumentError(fmt::format("{}: {}", what, advice(model)));
  throw ArgumentError(fmt::format("{} (there: {}): {}", what, fmt::join(there, ", "), advice(model)));
}

std::vector<std::string> Store::names() const {
  std::vector<std::string> found;
  std::error_code error;  // a store that does not exist is empty
  for (std::filesystem::directory_iterator entry(root_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_plain_name(name) && is_folder(entry->path())) found.push_back(shown(name));
  }
  std::ranges::sort(found);
  return found;
}

std::filesystem::path Store::folder_named(std::string_view name) const {
  const std::optional<Repository> repository = repository_of(name);
  return repository ? folder_of(*repository) : root_ / name;
}

}  // namespace mana::hub
