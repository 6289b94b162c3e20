#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "mana/hub/repository.h"
#include "mana/hub/store.h"

namespace mana::hub {

/// What a pulled model's folder says about where it comes from: its file .mana-pull.json.
struct PullRecord {
  std::string repository;                      ///< "owner/name"
  std::string revision;                        ///< what was asked for: "main", a tag, a commit
  std::string commit;                          ///< what that was
  std::map<std::string, std::uint64_t> files;  ///< bytes of each file

  /// Nothing when the folder has no record, or one that cannot be read.
  static std::optional<PullRecord> read(const std::filesystem::path& folder);
  void write(const std::filesystem::path& folder) const;
  /// Every file is there and has its size.
  bool is_complete(const std::filesystem::path& folder) const;
};

/// The place beside the store's models where one commit of a repository is put together, kept until it is complete, so
/// that an interrupted pull goes on. Holds a lock: two processes never pull the same repository at once.
class Staging {
 public:
  /// Throws IoError when the store cannot be written, ArgumentError when another process pulls this repository.
  Staging(const Store& store, const Repository& repository);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// The folder in which `commit` is put together; made if it is not there.
  std::filesystem::path open(const std::string& commit) const;
  /// Puts the folder of `commit` into the store in one step, in the place of what was there. Then removes what other
  /// pulls of this repository left unfinished.
  void install(const std::string& commit) const;
  /// Removes what was put together for this repository.
  void discard() const;

 private:
  std::filesystem::path folder_;  ///< holds one folder for each commit
  std::filesystem::path target_;
  int lock_ = -1;
};

/// Makes the folders of a path. Throws IoError.
void make_folders(const std::filesystem::path& path);

}  // namespace mana::hub
