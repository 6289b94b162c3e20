#pragma once

#include <string>
#include <string_view>

namespace mana::hub {

/// A repository of the Hugging Face hub, by its owner and its name there.
struct Repository {
  std::string owner;
  std::string name;

  /// "owner/name". Throws ArgumentError for what the hub does not allow in a name; in particular neither part can
  /// hold "--", "..", a slash or a control character, so that folder_name() is safe and can be read back.
  static Repository parse(std::string_view text);

  /// "owner/name"
  std::string full_name() const;
  /// "owner--name": the folder in the store.
  std::string folder_name() const;

  bool operator==(const Repository&) const = default;
};

}  // namespace mana::hub
