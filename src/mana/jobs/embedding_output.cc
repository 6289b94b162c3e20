#include "mana/jobs/embedding_output.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/printable.h"

namespace mana::jobs {
namespace {

/// The names that the files have in the end.
std::vector<std::filesystem::path> named_files(const EmbeddingOutputOptions& options) {
  std::vector<std::filesystem::path> files = {options.path};
  if (!has_token_counts(options.format)) files.push_back(token_counts_of(options.path));
  return files;
}

/// A file that was complete when its job broke off.
class CompleteOutput : public EmbeddingOutput {
 public:
  CompleteOutput(std::filesystem::path path, const JobState& state) : path_(std::move(path)), state_(state) {}

  JobState resumed() const override { return state_; }
  void write(const EmbeddedTexts&) override {
    throw ArgumentError(
        fmt::format("{} is complete with {} rows, and the input has more now: start over without `resume`",
                    path_.string(), state_.rows));
  }
  void finish() override {}

 private:
  std::filesystem::path path_;
  JobState state_;
};

/// A file that can be gone on with.
class FileOutput : public EmbeddingOutput {
 public:
  FileOutput(EmbeddingOutputOptions options, const std::optional<Resumption>& resumption)
      : options_(std::move(options)),
        state_(resumption ? resumption->state : JobState{}),
        vectors_(options_.path, state_.bytes),
        journal_(options_.path, options_.job, resumption),
        resumed_(state_) {
    if (!has_token_counts(options_.format)) counts_.emplace(token_counts_of(options_.path), state_.sidecar_bytes);
    if (!resumption) vectors_.write(head_of(options_, 0));
  }

  ~FileOutput() override {
    if (finished_ || state_.rows > 0) return;
    // The failure that ended the job is the one to tell, not that of tidying up.
    std::error_code ignored;
    for (const std::filesystem::path& path :
         {options_.path, token_counts_of(options_.path), ResumeJournal::file_of(options_.path)}) {
      std::filesystem::remove(PartialFile::name_of(path), ignored);
    }
  }

  JobState resumed() const override { return resumed_; }

  void write(const EmbeddedTexts& embedded) override {
    format_rows(options_, embedded, [&](std::string_view bytes) { vectors_.write(bytes); });
    if (counts_) {
      std::string lines;
      for (std::size_t row = 0; row < embedded.rows.size(); ++row) {
        append_token_count(lines, embedded.rows.texts[row],
                           {.names = options_.carried, .values = embedded.carried_with(row)});
      }
      counts_->write(lines);
      counts_->sync();
    }
    vectors_.sync();
    JobState next = state_;
    next.rows += embedded.rows.size();
    next.bytes = vectors_.size();
    next.sidecar_bytes = counts_ ? counts_->size() : 0;
    for (std::size_t row = 0; row < embedded.texts.size(); ++row) {
      next.digest = extend_digest(next.digest, embedded.texts[row], embedded.carried_with(row));
    }
    journal_.append(next);
    state_ = next;
  }

  void finish() override {
    // Without a row a packed file is none that can be unpacked.
    if (options_.compression != nullptr && vectors_.size() == 0) vectors_.write(options_.compression->pack(""));
    const std::string head = head_of(options_, state_.rows);
    vectors_.overwrite(0, std::as_bytes(std::span(head)));
    journal_.complete(state_, named_files(options_));
    if (counts_) counts_->commit();
    vectors_.commit();
    finished_ = true;
    journal_.discard();
  }

  std::optional<KeptRows> kept() const override {
    if (state_.rows == 0) return std::nullopt;
    return KeptRows{state_.rows, PartialFile::name_of(options_.path)};
  }

 private:
  EmbeddingOutputOptions options_;
  JobState state_;
  PartialFile vectors_;  // before the journal: it holds the lock against another process
  ResumeJournal journal_;
  std::optional<PartialFile> counts_;
  JobState resumed_;
  bool finished_ = false;
};

}  // namespace

std::string head_of(const EmbeddingOutputOptions& options, std::size_t rows) {
  return head_of(options.format, rows, options.quantiser.columns(), options.quantiser.dtype());
}

std::uint64_t extend_digest(std::uint64_t digest, std::string_view text, std::span<const data::RowValue> carried) {
  digest = extend_digest(digest, text);
  for (const data::RowValue& value : carried) digest = extend_digest(digest, value.text);
  return digest;
}

void format_rows(const EmbeddingOutputOptions& options, const EmbeddedTexts& embedded,
                 const std::function<void(std::string_view)>& put) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  const compress::Quantiser& quantiser = options.quantiser;
  std::vector<std::byte> stored(quantiser.row_bytes());
  std::string block;
  const auto& [texts, carried, rows] = embedded;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    RowText text = {.names = options.carried, .values = embedded.carried_with(row)};
    if (options.include_text) text.text = texts[row];
    if (!quantiser.holds(rows[row])) {
      throw ArgumentError(fmt::format(
          "the vector of \"{}\" has a number beyond 65504, which f16 does not hold; take f32", printable(texts[row])));
    }
    quantiser.store(rows[row], stored);
    append_row(block, options.format, {quantiser.dtype(), stored}, rows.texts[row], text);
    if (block.size() < kBlock && row + 1 < rows.size()) continue;
    if (options.compression != nullptr) block = options.compression->pack(block);
    put(block);
    block.clear();
  }
}

std::vector<std::filesystem::path> files_beside(const std::filesystem::path& path) {
  const std::filesystem::path counts = token_counts_of(path);
  return {counts, PartialFile::name_of(path), PartialFile::name_of(counts),
          PartialFile::name_of(ResumeJournal::file_of(path))};
}

std::unique_ptr<EmbeddingOutput> open_file_output(const EmbeddingOutputOptions& options) {
  const std::filesystem::path parent = options.path.parent_path();
  if (!parent.empty() && !file_exists(parent)) {
    throw IoError(fmt::format("cannot write {}: there is no folder {}", options.path.string(), parent.string()));
  }
  if (options.resume) {
    const auto done = ResumeJournal::find_complete(options.path, options.job, named_files(options));
    if (done) return std::make_unique<CompleteOutput>(options.path, *done);
  }
  ResumeJournal::require_own(options.path, named_files(options));
  const auto resumption = options.resume ? ResumeJournal::find(options.path, options.job) : std::nullopt;
  return std::make_unique<FileOutput>(options, resumption);
}

}  // namespace mana::jobs
