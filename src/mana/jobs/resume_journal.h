#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mana/base/partial_file.h"

namespace mana::jobs {

/// How far a job has come: what of its files is complete, and which texts that was made of.
struct JobState {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;          ///< of the vectors' partial file
  std::uint64_t sidecar_bytes = 0;  ///< of the token counts' partial file
  std::uint64_t digest = 0;         ///< of the first `rows` texts, see extend_digest()

  bool operator==(const JobState&) const = default;
};

/// Where an interrupted job can go on.
struct Resumption {
  JobState state;
  std::uint64_t journal_bytes = 0;  ///< of the journal, up to and with the line of `state`

  bool operator==(const Resumption&) const = default;
};

/// The digest of some texts and one more: whether a resumed job reads the texts that the interrupted one read.
std::uint64_t extend_digest(std::uint64_t digest, std::string_view text);

/// The record of a long job beside its partial files, "<output>.journal.partial": one line of JSON that describes the
/// job, then one line for each piece of work that is complete, at last one that says so of all and by which the files
/// are known under whichever name. A line that was cut off by a crash does not count.
class ResumeJournal {
 public:
  /// Its name, were it ever complete: as a partial file it is there only as long as the job is not done.
  static std::filesystem::path file_of(const std::filesystem::path& output);

  /// Throws ArgumentError when there is no journal, so that a job cannot be gone on with: it is complete, or was never
  /// begun under this name. So it does when not even the job was written down before a crash.
  static void require(const std::filesystem::path& output);
  /// Throws ArgumentError where a partial file that the job would begin anew is there, and no journal beside it says
  /// that an interrupted job left it: then it is somebody else's. `files` are the names that the job gives in the end.
  static void require_own(const std::filesystem::path& output, std::span<const std::filesystem::path> files);
  /// Where a job was complete but for the last names of its files, gives them these, removes the journal, and returns
  /// what was done; nothing where it was not, or its files are others now. Throws as find() does.
  static std::optional<JobState> find_complete(const std::filesystem::path& output, const std::string& job,
                                               std::span<const std::filesystem::path> files);
  /// How far an interrupted job came with its files; nothing when there is none. Throws ArgumentError when the files
  /// are those of another job, and says in all that it differs; FormatError when this is no journal.
  static std::optional<Resumption> find(const std::filesystem::path& output, const std::string& job);

  /// Goes on with the journal that find() read, or begins one. `job` is a JSON object. Throws IoError.
  ResumeJournal(const std::filesystem::path& output, const std::string& job,
                const std::optional<Resumption>& resumption);
  /// Throws IoError.
  void append(const JobState& state);
  /// All is done, and these partial files are about to get their names. Throws IoError.
  void complete(const JobState& state, std::span<const std::filesystem::path> files);
  /// Removes the journal: the job is done, or left nothing to go on from.
  void discard() { file_.discard(); }

 private:
  PartialFile file_;
};

}  // namespace mana::jobs
