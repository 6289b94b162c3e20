#include "mana/hub/hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/hub/checksum.h"
#include "mana/hub/download.h"
#include "mana/hub/environment.h"
#include "mana/hub/http.h"
#include "mana/hub/installation.h"
#include "mana/hub/listing.h"
#include "mana/hub/refusal.h"
#include "mana/hub/shown_address.h"

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
       const std::function<void(const PullProgress&)>& progress, std::stop_token stop, const ModelChecks& checks)
      : repository_(repository),
        revision_(revision),
        options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        checks_(checks),
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
    if (options_.offline) return without_asking();
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
    require_weights(listing, repository_.full_name());
    const Staging staging(store_, repository_);
    const std::filesystem::path staged = staging.open(listing.commit);
    const ModelLayout layout = read_layout(listing, staged, staging);
    download_all(encoder_files(listing, layout, repository_.full_name()), listing.commit, staged);
    if (checks_.whole) check(staging, staged, [&] { checks_.whole(staged); });
    staging.install(listing.commit);
    return result(PullStatus::downloaded);
  }

 private:
  PullResult result(PullStatus status) const { return {folder_, present_->commit, status, bytes_in(*present_)}; }

  Question question(const std::string& revision, std::optional<std::string> file = {}) const {
    return {repository_, revision, shown_address(options_.endpoint), std::move(file), !options_.token.empty()};
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

  PullResult without_asking() const {
    if (present_ && present_->revision == revision_) return result(PullStatus::offline);
    throw IoError(
        fmt::format("{} at {} is not in {}, and HF_HUB_OFFLINE says that nothing is asked of the hub: unset "
                    "it (and TRANSFORMERS_OFFLINE), or give the folder of a model",
                    repository_.full_name(), revision_, store_.root().string()));
  }

  /// What is wrong with the model itself is wrong at the next attempt, too: nothing is kept for it.
  template <class Check>
  void check(const Staging& staging, const std::filesystem::path& staged, const Check& check) {
    try {
      check();
    } catch (const Error& error) {
      staging.discard();
      // The file at fault is the repository's, and where it lay is gone.
      std::string what = error.what();
      const std::string folder = staged.string();
      for (std::size_t at = what.find(folder); at != std::string::npos; at = what.find(folder)) {
        what.replace(at, folder.size(), repository_.full_name());
      }
      throw FormatError(
          fmt::format("{} cannot be used here, so it is not installed: {}", repository_.full_name(), what));
    }
  }

  /// A small file that says what else is needed; nothing when the repository has none.
  std::optional<std::string> description(const Listing& listing, const std::string& path,
                                         const std::filesystem::path& staged) {
    const RemoteFile* file = find_file(listing, path);
    if (file == nullptr) return std::nullopt;
    if (file->size.value_or(0) > kLargestListing) {
      throw FormatError(fmt::format("{} of {} has {} bytes, which is more than such a file can have", path,
                                    repository_.full_name(), *file->size));
    }
    keep(*file, staged / path);
    described_.insert(path);
    download_one(*file, listing.commit, staged / path, [](std::uint64_t) {});
    return read_file(staged / path, kLargestListing);
  }

  ModelLayout read_layout(const Listing& listing, const std::filesystem::path& staged, const Staging& staging) {
    const auto place = [&](const std::string& file) { return fmt::format("{} of {}", file, repository_.full_name()); };
    ModelLayout layout;
    const auto modules = description(listing, "modules.json", staged);
    if (modules) check(staging, staged, [&] { layout = parse_layout(*modules, place("modules.json")); });
    const std::string prefix = layout.encoder.empty() ? "" : layout.encoder + "/";
    description(listing, prefix + "config.json", staged);
    if (checks_.configuration) {
      const std::filesystem::path encoder = layout.encoder.empty() ? staged : staged / layout.encoder;
      check(staging, staged, [&] { checks_.configuration(encoder, modules.has_value()); });
    }
    if (find_file(listing, prefix + "model.safetensors") == nullptr) {
      const std::string index = prefix + "model.safetensors.index.json";
      const auto text = description(listing, index, staged);
      if (text) check(staging, staged, [&] { layout.shards = parse_shards(*text, place(index)); });
    }
    return layout;
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
    for (const RemoteFile& file : files) {
      if (!described_.contains(file.path)) keep(file, staged / file.path);
    }
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
    const std::uint64_t size = download_one(file, commit, target, report);
    report(size);
    done_ += size;
    return size;
  }

  /// Returns the size of the file, which may be there already.
  std::uint64_t download_one(const RemoteFile& file, const std::string& commit, const std::filesystem::path& target,
                             const BytesDone& report) {
    if (!size_of(target)) {
      std::string url = fmt::format("{}/{}/resolve/{}", options_.endpoint, repository_.full_name(), commit);
      for (const auto& component : std::filesystem::path(file.path))
        url.append("/").append(url_escape(component.string()));
      const HttpHead head = download(client_, url, file, target, options_.retries, report, stop_);
      if (head.status / 100 != 2) refuse(head, question(commit, file.path));
    }
    const auto size = size_of(target);
    if (!size) throw IoError(fmt::format("{} has vanished while it was being downloaded", target.string()));
    return *size;
  }

  const Repository& repository_;
  const std::string& revision_;
  const HubOptions& options_;
  const std::function<void(const PullProgress&)>& progress_;
  std::stop_token stop_;
  const ModelChecks& checks_;
  const Store& store_;
  const std::filesystem::path folder_;
  HttpClient client_;
  std::optional<PullRecord> present_;  ///< of the model in the store, if it is whole
  std::optional<std::uint64_t> total_;
  std::set<std::string> described_;  ///< what was downloaded because it says what else is needed
  std::uint64_t kept_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

HubOptions HubOptions::from_environment() {
  return {.endpoint = endpoint_from_environment(),
          .token = token_from_environment(),
          .offline = offline_from_environment()};
}

PullResult pull(const Store& store, const Repository& repository, const std::string& revision,
                const HubOptions& options, const std::function<void(const PullProgress&)>& progress,
                std::stop_token stop, const ModelChecks& checks) {
  check_revision(revision);
  return Pull(store, repository, revision, options, progress, std::move(stop), checks).run();
}

}  // namespace mana::hub
