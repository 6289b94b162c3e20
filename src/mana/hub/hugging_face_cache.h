#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The cache in which the hub's own Python tools keep what they downloaded: a folder "models--owner--name" for each
/// repository, with refs/main (a commit) and snapshots/<commit>, whose files are links into blobs.
namespace mana::hub {

/// The folder of a model that a person named: `folder` itself, or, where it is a repository of such a cache, the
/// snapshot that its refs/main names. Throws ArgumentError when that is not there, and says which snapshots are.
std::filesystem::path model_folder(const std::filesystem::path& folder);

class HuggingFaceCache {
 public:
  /// An empty root: a cache without anything in it.
  explicit HuggingFaceCache(std::filesystem::path root) : root_(std::move(root)) {}
  /// hugging_face_cache()
  static HuggingFaceCache from_environment();

  const std::filesystem::path& root() const { return root_; }

  /// The snapshot of a model, by "owner/name", or by its name alone where that fits one model of the cache only.
  /// Nothing when the cache has none that is complete enough to have a configuration. Throws ArgumentError when a name
  /// fits several.
  std::optional<std::filesystem::path> find(std::string_view model) const;
  /// The models' names, sorted: "owner/name", or "name" for those without an owner.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path root_;
};

}  // namespace mana::hub
