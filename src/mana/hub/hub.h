#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "mana/hub/repository.h"
#include "mana/hub/retries.h"
#include "mana/hub/store.h"

/// Models from the Hugging Face hub, through its HTTP interface.
namespace mana::hub {

struct HubOptions {
  std::string endpoint = "https://huggingface.co";  ///< without a slash at the end
  std::string token = {};                           ///< goes to the endpoint only; empty: none
  RetryPolicy retries = {};
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds stall_timeout{60};  ///< a connection that is silent for so long is lost
  bool offline = false;                    ///< nothing is asked of the hub

  /// Endpoint, token and whether the hub may be asked, as its own tools find them: HF_ENDPOINT, HF_TOKEN, HF_HOME,
  /// HF_HUB_OFFLINE, … (hub/environment.h). Throws ArgumentError.
  static HubOptions from_environment();
};

/// How far a pull is.
struct PullProgress {
  std::string_view file;               ///< the one that is being downloaded
  std::uint64_t done = 0;              ///< bytes of all files, what an earlier pull had included
  std::optional<std::uint64_t> total;  ///< nothing when the hub does not say all sizes
  std::uint64_t kept = 0;              ///< the part of `done` that was there before
};

enum class PullStatus {
  downloaded,   ///< the model is new, or has changed
  up_to_date,   ///< it was there already
  unreachable,  ///< it was there already; whether the revision has moved since could not be asked
  offline       ///< the same, because the environment says that nothing is to be asked
};

/// What the caller knows of models, which this folder does not. Both throw what is wrong: then no model is installed,
/// and what was downloaded is removed.
struct ModelChecks {
  /// Called before any weights are asked for, with the folder in which the encoder's config.json lies (if the
  /// repository has one), and whether the repository says by modules.json what follows the encoder.
  std::function<void(const std::filesystem::path& encoder, bool has_modules)> configuration = {};
  /// Called with the folder of the whole model before it is installed.
  std::function<void(const std::filesystem::path& model)> whole = {};
};

struct PullResult {
  std::filesystem::path folder;
  std::string commit;
  PullStatus status = PullStatus::downloaded;
  std::uint64_t bytes = 0;  ///< of the model's files
};

/// Puts the files that an encoder needs into the store, all from one commit. modules.json and config.json come first
/// and say what else is needed; weights come only when `checks` has nothing against these. The model appears there in
/// one step when every file is complete and has its checksum; until then it lies in a staging folder of the store, from
/// where an interrupted pull goes on. A model that is there at this revision is left alone, and needs no network if the
/// revision is a commit. What has not changed since the commit that is there is not downloaded again.
///
/// Throws ArgumentError (no such repository or revision, or a folder in the way that was not pulled), IoError (network,
/// access, disk), FormatError (a damaged download, a model in a form that cannot be used) or Cancelled.
PullResult pull(const Store& store, const Repository& repository, const std::string& revision,
                const HubOptions& options, const std::function<void(const PullProgress&)>& progress = {},
                std::stop_token stop = {}, const ModelChecks& checks = {});

}  // namespace mana::hub
