#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mana/hub/repository.h"

namespace mana::hub {

/// The folder in which models live, one folder each: a repository owner/name of the hub as "owner--name" (the hub
/// allows no "--" in names, so this can be read back), any other model under a name of its own. Names that begin with
/// a dot are the store's own.
class Store {
 public:
  explicit Store(std::filesystem::path root);
  /// $MANA_HOME/models, by default ~/.cache/mana/models. Throws ArgumentError when neither MANA_HOME nor HOME is set.
  static Store from_environment();

  const std::filesystem::path& root() const { return root_; }

  /// The folder of a model, which is one of these, in this order:
  ///   - the path of a folder that exists ("./model", "/srv/model", "model"), or of a repository in Hugging Face's
  ///     cache ("…/models--owner--name", for which the snapshot of refs/main is given);
  ///   - the name of a model in the store ("all-MiniLM-L6-v2", "owner/name");
  ///   - "sentence-transformers/name" for a model that lies there as "name";
  ///   - the name without its owner, where that fits one model of the store only;
  ///   - the same two in Hugging Face's cache (hub/hugging_face_cache.h).
  /// Throws ArgumentError that says what to do. Never leaves the store for a name ("..", "/etc").
  std::filesystem::path resolve(std::string_view model) const;

  /// The models that are there, sorted, as resolve() takes them ("owner/name").
  std::vector<std::string> names() const;

  /// The folder of one of names().
  std::filesystem::path folder_named(std::string_view name) const;

  /// Where a repository lives, whether it is there or not.
  std::filesystem::path folder_of(const Repository& repository) const { return root_ / repository.folder_name(); }

 private:
  std::filesystem::path root_;
};

}  // namespace mana::hub
