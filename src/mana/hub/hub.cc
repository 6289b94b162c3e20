#include "mana/hub/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/hub/checksum.h"
#include "mana/hub/download.h"
#include "mana/hub/environment.h"
#include "mana/hub/http.h"
#include "mana/hub/installation.h"
#include "mana/hub/listing.h"
#include "mana/hub/refusal.h"

namespace mana::hub {
namespace {

constexpr std::uint64_t kLargestListing = std::uint64_t{32} << 20;
constexpr std::size_t kLongestRevision = 255;

void check_revision(const std::string& revision) {
  const bool printable =
      std::ranges::all_of(revision, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; });
  if (!revision.empty() && revision.size() <= kLongestRevision && printable) return;
  throw ArgumentError("the revision must be a branch, a tag or a commit, without spaces");
}

/// The bytes of a file, or nothing when there is none.
std::optional<std::uint64_t> size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? std::nullopt : std::optional<std::uint64_t>(size);
}

std::uint64_t bytes_in(const PullRecord& record) {
  std::uint64_t bytes = 0;
  for (const auto& [name, size] : record.files) bytes += size;
  return bytes;
}

/// One pull on its way.
class Pull {
 public:
  Pull(const Store& store, const Repository& repository, const std::string& revision, const HubOptions& options,
       const std::function<void(const PullProgress&)>& progress, std::stop_token stop)
      : repository_(repository),
        revision_(revision),
        options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        store_(store),
        folder_(store.folder_of(repository)),
        client_({.token = options.token,
                 .origin = options.endpoint,
                 .connect_timeout = options.connect_timeout,
                 .stall_timeout = options.stall_timeout}) {
    if (auto record = PullRecord::read(folder_)) {
      if (record->is_complete(folder_)) present_ = std::move(record);
    } else if (std::error_code error; std::filesystem::exists(std::filesystem::symlink_status(folder_, error))) {
      throw ArgumentError(
          fmt::format("{} is in the way: it was not pulled, so move it to another name first", folder_.string()));
    }
  }

  PullResult run() {
    if (present_ && present_->commit == revision_) return result(PullStatus::up_to_date);
    Listing listing;
    try {
      listing = fetch_listing();
    } catch (const ConnectionLost&) {
      if (!present_ || present_->revision != revision_) throw;
      return result(PullStatus::unreachable);
    }
    if (present_ && present_->commit == listing.commit) {
      remember_revision();
      return result(PullStatus::up_to_date);
    }
    const std::vector<RemoteFile> files = encoder_files(listing, repository_.full_name());
    const Staging staging(store_, repository_);
    download_all(files, listing.commit, staging.open(listing.commit));
    staging.install(listing.commit);
    return result(PullStatus::downloaded);
  }

 private:
  PullResult result(PullStatus status) const { return {folder_, present_->commit, status, bytes_in(*present_)}; }

  Question question(const std::string& revision, std::optional<std::string> file = {}) const {
    return {repository_, revision, options_.endpoint, std::move(file), !options_.token.empty()};
  }

  /// So that the model is found offline under the name that it was last asked for by.
  void remember_revision() {
    if (std::exchange(present_->revision, revision_) == revision_) return;
    try {
      present_->write(folder_);
    } catch (const IoError&) {
      return;  // a store that cannot be written serves its models all the same
    }
  }

  Listing fetch_listing() {
    const std::string url = fmt::format("{}/api/models/{}/revision/{}?blobs=true", options_.endpoint,
                                        repository_.full_name(), url_escape(revision_));
    RetryPolicy policy = options_.retries;
    if (present_ && present_->revision == revision_) policy.attempts = 1;  // there is a model to work with: do not wait
    const SmallAnswer answer = get_small(client_, url, kLargestListing, policy, stop_);
    if (answer.head.status != 200) refuse(answer.head, question(revision_));
    return parse_listing(answer.body, fmt::format("the hub's description of {}", repository_.full_name()));
  }

  void download_all(const std::vector<RemoteFile>& files, const std::string& commit,
                    const std::filesystem::path& staged) {
    const bool sizes_known = std::ranges::all_of(files, [](const RemoteFile& file) { return file.size.has_value(); });
    if (sizes_known) {
      total_ = 0;
      for (const RemoteFile& file : files) *total_ += *file.size;
    }
    for (const RemoteFile& file : files) keep(file, staged / file.path);
    check_space(staged);

    PullRecord record{repository_.full_name(), revision_, commit, {}};
    for (const RemoteFile& file : files) {
      record.files[file.path] = fetch(file, commit, staged / file.path);
    }
    record.write(staged);
    present_ = std::move(record);
  }

  /// Takes over what is on the disk already: a file of the commit before, or what an interrupted pull left.
  void keep(const RemoteFile& file, const std::filesystem::path& target) {
    make_folders(target.parent_path());
    const std::filesystem::path old = folder_ / file.path;
    if (!size_of(target) && present_ && file.checksum && file.size == size_of(old) &&
        checksum_of(old, file.checksum->kind) == *file.checksum) {
      std::error_code error;  // what cannot be linked is downloaded
      std::filesystem::create_hard_link(old, target, error);
    }
    const auto there = size_of(target);
    kept_ += there ? *there : std::min(size_of(target.string() + ".partial").value_or(0), file.size.value_or(0));
  }

  void check_space(const std::filesystem::path& staged) const {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(staged, error);
    const std::uint64_t needed = total_.value_or(0) - std::min(kept_, total_.value_or(0));
    if (error || space.available >= needed) return;
    throw IoError(fmt::format(
        "{} needs {} MB more, but the disk of {} has {} MB left: make room or set MANA_HOME to another disk",
        repository_.full_name(), needed / 1'000'000 + 1, store_.root().string(), space.available / 1'000'000));
  }

  /// Returns the size of the file.
  std::uint64_t fetch(const RemoteFile& file, const std::string& commit, const std::filesystem::path& target) {
    const auto report = [&](std::uint64_t bytes) {
      if (progress_) progress_({.file = file.path, .done = done_ + bytes, .total = total_, .kept = kept_});
    };
    if (!size_of(target)) {
      std::string url = fmt::format("{}/{}/resolve/{}", options_.endpoint, repository_.full_name(), commit);
      for (const auto& component : std::filesystem::path(file.path))
        url.append("/").append(url_escape(component.string()));
      const HttpHead head = download(client_, url, file, target, options_.retries, report, stop_);
      if (head.status / 100 != 2) refuse(head, question(commit, file.path));
    }
    const auto size = size_of(target);
    if (!size) throw IoError(fmt::format("{} has vanished while it was being downloaded", target.string()));
    report(*size);
    done_ += *size;
    return *size;
  }

  const Repository& repository_;
  const std::string& revision_;
  const HubOptions& options_;
  const std::function<void(const PullProgress&)>& progress_;
  std::stop_token stop_;
  const Store& store_;
  const std::filesystem::path folder_;
  HttpClient client_;
  std::optional<PullRecord> present_;  ///< of the model in the store, if it is whole
  std::optional<std::uint64_t> total_;
  std::uint64_t kept_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

HubOptions HubOptions::from_environment() {
  return {.endpoint = endpoint_from_environment(), .token = token_from_environment()};
}

PullResult pull(const Store& store, const Repository& repository, const std::string& revision,
                const HubOptions& options, const std::function<void(const PullProgress&)>& progress,
                std::stop_token stop) {
  check_revision(revision);
  return Pull(store, repository, revision, options, progress, std::move(stop)).run();
}

}  // namespace mana::hub
