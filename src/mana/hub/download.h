#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "mana/hub/http.h"
#include "mana/hub/listing.h"
#include "mana/hub/retries.h"

namespace mana::hub {

/// How many bytes of a file are on the disk. May fall, when a server cannot resume.
using BytesDone = std::function<void(std::uint64_t)>;

/// Downloads `file` from `url` to `target`, which appears when it is complete and its checksum is right.
///
/// The bytes go to "<target>.partial", and what a killed process left there is continued. A lost connection and a busy
/// server (5xx, 429) are tried again; the answer of any other status is returned without a file, for the caller to
/// explain. The checksum is the listing's, else the one that the origin's headers state, if any.
/// Throws ConnectionLost, IoError (disk full, …), FormatError (wrong size or checksum; the partial file is removed), or
/// Cancelled (the partial file stays).
HttpHead download(HttpClient& client, const std::string& url, const RemoteFile& file,
                  const std::filesystem::path& target, const RetryPolicy& policy, const BytesDone& done,
                  std::stop_token stop);

/// A request whose answer fits into memory; retried like a download. `limit` in bytes.
struct SmallAnswer {
  HttpHead head;
  std::string body;
};
SmallAnswer get_small(HttpClient& client, const std::string& url, std::uint64_t limit, const RetryPolicy& policy,
                      std::stop_token stop);

}  // namespace mana::hub
