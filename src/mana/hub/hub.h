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

  /// Endpoint and token as the hub's own tools find them: HF_ENDPOINT, HF_TOKEN, HF_HOME. Throws ArgumentError.
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
  downloaded,  ///< the model is new, or has changed
  up_to_date,  ///< it was there already
  unreachable  ///< it was there already; whether the revision has moved since could not be asked
};

struct PullResult {
  std::filesystem::path folder;
  std::string commit;
  PullStatus status = PullStatus::downloaded;
  std::uint64_t bytes = 0;  ///< of the model's files
};

/// Puts the files that an encoder needs into the store, all from one commit. The model appears there in one step when
/// every file is complete and has its checksum; until then it lies in a staging folder of the store, from where an
/// interrupted pull goes on. A model that is there at this revision is left alone, and needs no network if the revision
/// is a commit. What has not changed since the commit that is there is not downloaded again.
///
/// Throws ArgumentError (no such repository or revision, or a folder in the way that was not pulled), IoError (network,
/// access, disk), FormatError (a damaged download, a model in a form that cannot be used) or Cancelled.
PullResult pull(const Store& store, const Repository& repository, const std::string& revision,
                const HubOptions& options, const std::function<void(const PullProgress&)>& progress = {},
                std::stop_token stop = {});

}  // namespace mana::hub
