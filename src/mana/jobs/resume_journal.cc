#include "mana/jobs/resume_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/stored_option.h"
#include "mana/base/xxh64.h"
#include "mana/jobs/embedding_format.h"

namespace mana::jobs {
namespace {

std::string line_of(const JobState& state) {
  // 64-bit digests do not survive readers of JSON that keep numbers as doubles, hence the text.
  return fmt::format("{{\"rows\":{},\"bytes\":{},\"sidecar_bytes\":{},\"digest\":\"{:016x}\"}}\n", state.rows,
                     state.bytes, state.sidecar_bytes, state.digest);
}

JobState state_of(const json::Value& line) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint64_t>(line.at(key).integer(0, std::numeric_limits<std::int64_t>::max()));
  };
  JobState state{number("rows"), number("bytes"), number("sidecar_bytes"), 0};
  const std::string_view digest = line.at("digest").string();
  const auto [end, error] = std::from_chars(digest.data(), digest.data() + digest.size(), state.digest, 16);
  if (error != std::errc() || end != digest.data() + digest.size())
    line.at("digest").fail("must be a hexadecimal number");
  return state;
}

std::uint64_t size_or_zero(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

/// What a file is known by under another name: its length, and the sum of its beginning and its end. Empty where there
/// is none.
std::string identity_of(const std::filesystem::path& path) {
  constexpr std::size_t kEnd = std::size_t{1} << 20;
  if (!file_exists(path)) return {};
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  const std::size_t end = std::min(kEnd, bytes.size());
  return fmt::format("{} {:016x}", bytes.size(), xxh64(bytes.last(end), xxh64(bytes.first(end))));
}

/// 0 where it cannot be read.
char read_beginning(const std::filesystem::path& path) {
  char first = 0;
  std::ifstream(path).get(first);
  return first;
}

/// The journal's complete lines.
std::vector<std::string> complete_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

[[noreturn]] void refuse(const std::filesystem::path& partial, const std::string& before, const std::string& now) {
  const nlohmann::json earlier = nlohmann::json::parse(before, nullptr, false);
  const nlohmann::json later = nlohmann::json::parse(now);
  std::string differences;
  for (const auto& [key, value] : later.items()) {
    if (!earlier.is_object() || !earlier.contains(key) || earlier[key] == value) continue;
    differences += fmt::format("{}{} {}, not {}", differences.empty() ? "" : "; ", stored_option(key),
                               earlier[key].dump(), value.dump());
  }
  if (differences.empty()) {
    throw ArgumentError(fmt::format("{} is of another job: start over without `resume`", partial.string()));
  }
  throw ArgumentError(fmt::format("{} was begun with {}: give the same, or start over without `resume`",
                                  partial.string(), differences));
}

}  // namespace

std::uint64_t extend_digest(std::uint64_t digest, std::string_view text) {
  // FNV-1a over the text and its end, so that "ab", "c" and "a", "bc" differ.
  constexpr std::uint64_t kPrime = 0x100000001b3;
  constexpr std::uint64_t kOffset = 0xcbf29ce484222325;
  constexpr std::uint64_t kEnd = 0x1ff;
  if (digest == 0) digest = kOffset;
  for (const char byte : text) digest = (digest ^ static_cast<unsigned char>(byte)) * kPrime;
  return (digest ^ kEnd) * kPrime;
}

std::filesystem::path ResumeJournal::file_of(const std::filesystem::path& output) {
  return output.string() + ".journal";
}

void ResumeJournal::require(const std::filesystem::path& output) {
  const std::filesystem::path path = PartialFile::name_of(file_of(output));
  std::string why;
  if (!file_exists(path)) {
    why = file_exists(output) ? fmt::format("{} is already complete", output.string())
                              : fmt::format("{} does not exist", path.string());
  } else if (complete_lines(read_file(path)).empty()) {
    why = fmt::format("{} was cut off before it said of which job it is", path.string());
  } else {
    return;
  }
  throw ArgumentError(
      fmt::format("there is nothing to resume: {}; leave `resume` out to start anew, or give `resume_if_any`", why));
}

std::optional<Resumption> ResumeJournal::find(const std::filesystem::path& output, const std::string& job) {
  const std::filesystem::path path = PartialFile::name_of(file_of(output));
  if (!file_exists(path)) return std::nullopt;
  const std::vector<std::string> lines = complete_lines(read_file(path));
  if (lines.empty()) return std::nullopt;
  const std::filesystem::path partial = PartialFile::name_of(output);
  if (lines.front() != job) refuse(partial, lines.front(), job);
  // After a power failure the files may lack bytes that the journal already counts.
  const std::uint64_t bytes = size_or_zero(partial);
  const std::uint64_t sidecar_bytes = size_or_zero(PartialFile::name_of(token_counts_of(output)));
  std::optional<Resumption> last;
  std::uint64_t journal_bytes = lines.front().size() + 1;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const json::Document document = json::Document::parse(lines[i], fmt::format("{}:{}", path.string(), i + 1));
    if (document.root().find("complete")) break;
    const JobState state = state_of(document.root());
    journal_bytes += lines[i].size() + 1;
    if (state.bytes <= bytes && state.sidecar_bytes <= sidecar_bytes) last = {state, journal_bytes};
  }
  return last;
}

void ResumeJournal::require_own(const std::filesystem::path& output, std::span<const std::filesystem::path> files) {
  const std::filesystem::path journal = PartialFile::name_of(file_of(output));
  const bool is_there = file_exists(journal);
  if (is_there && size_or_zero(journal) > 0 && read_beginning(journal) != '{') {
    throw ArgumentError(
        fmt::format("{} is there and is no record of an interrupted job, which will stand there; move "
                    "it, or give another output",
                    journal.string()));
  }
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path partial = PartialFile::name_of(file);
    if (is_there || size_or_zero(partial) == 0) continue;
    throw ArgumentError(
        fmt::format("{} is there and was not left by an interrupted job ({} would say so); move it, or "
                    "give another output",
                    partial.string(), journal.string()));
  }
}

std::optional<JobState> ResumeJournal::find_complete(const std::filesystem::path& output, const std::string& job,
                                                     std::span<const std::filesystem::path> files) {
  const std::filesystem::path path = PartialFile::name_of(file_of(output));
  if (!file_exists(path)) return std::nullopt;
  const std::vector<std::string> lines = complete_lines(read_file(path));
  if (lines.empty() || lines.front() != job) return std::nullopt;
  const json::Document document =
      json::Document::parse(lines.back(), fmt::format("{}:{}", path.string(), lines.size()));
  const auto complete = document.root().find("complete");
  if (!complete) return std::nullopt;
  std::vector<std::string> wanted;
  for (const json::Value& each : complete->array()) wanted.emplace_back(each.string());
  if (wanted.size() != files.size()) return std::nullopt;
  std::vector<bool> renamed;
  for (std::size_t i = 0; i < files.size(); ++i) {
    renamed.push_back(identity_of(PartialFile::name_of(files[i])) != wanted[i]);
    if (renamed.back() && identity_of(files[i]) != wanted[i]) return std::nullopt;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!renamed[i]) PartialFile::behind_all(files[i]).commit();
  }
  std::error_code ignored;  // without its journal or with it, the job is done
  std::filesystem::remove(path, ignored);
  return state_of(document.root());
}

ResumeJournal::ResumeJournal(const std::filesystem::path& output, const std::string& job,
                             const std::optional<Resumption>& resumption)
    : file_(file_of(output), resumption ? resumption->journal_bytes : 0) {
  if (!resumption) file_.write(job + "\n");
}

void ResumeJournal::append(const JobState& state) { file_.write(line_of(state)); }

void ResumeJournal::complete(const JobState& state, std::span<const std::filesystem::path> files) {
  nlohmann::json identities = nlohmann::json::array();
  for (const std::filesystem::path& file : files) identities.push_back(identity_of(PartialFile::name_of(file)));
  std::string line = line_of(state);
  line.insert(1, fmt::format("\"complete\":{},", identities.dump()));
  file_.write(line);
  file_.sync();
}

}  // namespace mana::jobs
