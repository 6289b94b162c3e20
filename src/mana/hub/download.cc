#include "mana/hub/download.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/partial_file.h"
#include "mana/hub/shown_address.h"

namespace mana::hub {
namespace {

constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;  // so many new bytes make earlier failures forgotten
constexpr std::uint64_t kLargestUnannounced = std::uint64_t{1} << 36;

/// "<target>.partial" with what a killed process left there.
PartialFile open_partial(const std::filesystem::path& target) {
  std::error_code none;
  const std::uintmax_t there = std::filesystem::file_size(PartialFile::name_of(target), none);
  return PartialFile(target, none ? 0 : there);
}

bool is_busy(int status) { return status == 408 || status == 429 || status / 100 == 5; }

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::seconds> wait_asked(const HttpHead& head) {
  const auto seconds = number(head.find("retry-after").value_or(""));
  return seconds ? std::optional(std::chrono::seconds(std::min<std::uint64_t>(*seconds, 1'000'000))) : std::nullopt;
}

/// Where a partial answer begins: "bytes 100-199/200".
std::optional<std::uint64_t> begin_of_range(const HttpHead& head) {
  const std::string range = head.find("content-range").value_or("");
  const std::string_view unit = "bytes ";
  if (!range.starts_with(unit)) return std::nullopt;
  return number(std::string_view(range).substr(unit.size(), range.find('-') - unit.size()));
}

/// One request for what is missing. The end of the answer is not yet the end of the file.
HttpHead fetch_rest(HttpClient& client, const std::string& url, std::uint64_t limit, PartialFile& partial,
                    const BytesDone& done, std::stop_token stop) {
  const std::uint64_t offset = partial.size();
  bool begun = false;
  const auto sink = [&](const HttpHead& head, std::span<const std::byte> part) {
    if (!std::exchange(begun, true)) {
      const bool continues = head.status == 206 && begin_of_range(head) == offset;
      if (!continues) partial.restart();
      // 200 is the whole file, whatever was asked for; any other part than the one asked for is of no use.
      if (!continues && head.status == 206)
        throw ConnectionLost(fmt::format("{} sends another part than asked for", shown_address(url)));
    }
    if (part.size() > limit - std::min(limit, partial.size())) {
      partial.discard();
      throw FormatError(fmt::format("{} is longer than the {} bytes that were announced: try again later",
                                    shown_address(url), limit));
    }
    try {
      partial.write(part);
    } catch (const IoError&) {
      // Of a file without an announced length nobody knows whether it would ever fit, so it does not keep the disk
      // full.
      if (limit == kLargestUnannounced) partial.discard();
      throw;
    }
    done(partial.size());
  };
  return client.get(url, offset, sink, stop);
}

/// Throws FormatError and removes the file when its bytes are not the ones that were announced.
void verify(PartialFile& partial, const std::string& url, const std::optional<Checksum>& expected) {
  if (!expected) return;
  const Checksum actual = checksum_of(PartialFile::name_of(partial.path()), expected->kind);
  if (actual == *expected) return;
  partial.discard();
  throw FormatError(fmt::format("{} arrived damaged: its {} is {} instead of {}; it was thrown away, so try again",
                                shown_address(url), name_of(expected->kind), actual.hex, expected->hex));
}

/// What the hub's own answer says about a file of which the listing says nothing.
std::optional<Checksum> stated_checksum(const HttpHead& head, const std::string& url) {
  if (head.linked_etag) return Checksum::parse(*head.linked_etag);
  return head.url == url ? Checksum::parse(head.find("etag").value_or("")) : std::nullopt;
}

}  // namespace

HttpHead download(HttpClient& client, const std::string& url, const RemoteFile& file,
                  const std::filesystem::path& target, const RetryPolicy& policy, const BytesDone& done,
                  std::stop_token stop) {
  PartialFile partial = open_partial(target);
  if (file.size && partial.size() > *file.size) partial.restart();  // left by something else
  done(partial.size());

  Retries retries(policy);
  HttpHead head;
  head.status = 200;
  std::uint64_t longest = partial.size();
  // A partial file that is already complete was only not yet renamed; an empty file is asked for to see that it exists.
  bool complete = file.size && *file.size > 0 && partial.size() == *file.size;
  while (!complete) {
    try {
      head = fetch_rest(client, url, file.size.value_or(kLargestUnannounced), partial, done, stop);
      if (head.status == 416) {  // there is nothing after our bytes: they are not of this file
        partial.restart();
      } else if (head.status / 100 != 2 && !is_busy(head.status)) {
        return head;
      } else if (head.status / 100 == 2) {
        complete = !file.size || partial.size() == *file.size;
        if (complete) break;
        throw ConnectionLost(
            fmt::format("{} ended after {} of {} bytes: try again", shown_address(url), partial.size(), *file.size));
      }
      if (!retries.again(stop, wait_asked(head))) return head;
    } catch (const ConnectionLost&) {
      if (partial.size() >= longest + kProgress) retries.forget();
      longest = std::max(longest, partial.size());
      if (!retries.again(stop)) throw;
    }
  }
  verify(partial, url, file.checksum ? file.checksum : stated_checksum(head, url));
  partial.commit();
  return head;
}

SmallAnswer get_small(HttpClient& client, const std::string& url, std::uint64_t limit, const RetryPolicy& policy,
                      std::stop_token stop) {
  Retries retries(policy);
  while (true) {
    SmallAnswer answer;
    const auto sink = [&](const HttpHead&, std::span<const std::byte> part) {
      if (part.size() > limit - answer.body.size()) {
        throw FormatError(fmt::format("{} answers with more than {} bytes", shown_address(url), limit));
      }
      answer.body.append(reinterpret_cast<const char*>(part.data()), part.size());
    };
    try {
      answer.head = client.get(url, 0, sink, stop);
      if (!is_busy(answer.head.status) || !retries.again(stop, wait_asked(answer.head))) return answer;
    } catch (const ConnectionLost&) {
      if (!retries.again(stop)) throw;
    }
  }
}

}  // namespace mana::hub
