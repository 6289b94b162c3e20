#include "mana/cli/model/embedding_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/printable.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

std::string head_of(const EmbeddingOutputOptions& options, std::size_t rows) {
  return head_of(options.format, rows, options.quantiser.columns(), options.quantiser.dtype());
}

/// The rows as bytes, about a megabyte at a time.
void format_rows(const EmbeddingOutputOptions& options, std::span<const std::string> texts,
                 const engine::Embeddings& rows, const std::function<void(std::string_view)>& put) {
  const compress::Quantiser& quantiser = options.quantiser;
  std::vector<std::byte> stored(quantiser.row_bytes());
  std::string block;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::optional<std::string_view> text =
        options.include_text ? std::optional<std::string_view>(texts[row]) : std::nullopt;
    if (!quantiser.holds(rows[row])) {
      throw ArgumentError(fmt::format(
          "the vector of \"{}\" has a number beyond 65504, which f16 does not hold; take f32", printable(texts[row])));
    }
    quantiser.store(rows[row], stored);
    append_row(block, options.format, {quantiser.dtype(), stored}, rows.texts[row], text);
    if (block.size() < kBlock && row + 1 < rows.size()) continue;
    put(block);
    block.clear();
  }
}

/// Whether a path is another name of standard output: /dev/stdout, whatever that was sent to.
bool is_standard_output(const std::filesystem::path& path) {
  struct stat named {
  }, standard{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 &&
         named.st_dev == standard.st_dev && named.st_ino == standard.st_ino;
}

/// Standard output, a device or a pipe.
class DirectOutput : public EmbeddingOutput {
 public:
  explicit DirectOutput(EmbeddingOutputOptions options) : options_(std::move(options)) {
    if (options_.path.empty() || options_.path == "-" || is_standard_output(options_.path)) {
      name_ = "standard output";
      return;
    }
    name_ = options_.path.string();
    descriptor_ = ::open(options_.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw IoError(fmt::format("cannot write {}: {}", name_, std::strerror(errno)));
  }
  ~DirectOutput() override {
    if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
  }

  bool is_seen_at_once() const override { return true; }
  void write(std::span<const std::string> texts, const engine::Embeddings& rows) override {
    format_rows(options_, texts, rows, [&](std::string_view bytes) { put(bytes); });
  }
  void finish() override {}

 protected:
  void put(std::string_view bytes) const { write_output(descriptor_, bytes, name_); }
  const EmbeddingOutputOptions& options() const { return options_; }

 private:
  EmbeddingOutputOptions options_;
  std::string name_;
  int descriptor_ = STDOUT_FILENO;
};

/// An array's head counts its rows and a pipe cannot be rewound, so the rows wait in a file without a name.
class DirectArrayOutput : public DirectOutput {
 public:
  explicit DirectArrayOutput(EmbeddingOutputOptions options) : DirectOutput(std::move(options)) {
    if (!waiting_) fail();
  }

  bool is_seen_at_once() const override { return false; }
  void write(std::span<const std::string> texts, const engine::Embeddings& rows) override {
    format_rows(options(), texts, rows, [&](std::string_view bytes) {
      if (std::fwrite(bytes.data(), 1, bytes.size(), waiting_.get()) != bytes.size()) fail();
    });
    rows_ += rows.size();
  }

  void finish() override {
    put(head_of(options(), rows_));
    if (std::fflush(waiting_.get()) != 0 || std::fseek(waiting_.get(), 0, SEEK_SET) != 0) fail();
    std::string block(kBlock, '\0');
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), waiting_.get())) {
      put(std::string_view(block).substr(0, count));
    }
    if (std::ferror(waiting_.get()) != 0) fail();
  }

 private:
  [[noreturn]] static void fail() {
    throw IoError(fmt::format("cannot keep the vectors in a temporary file: {}", std::strerror(errno)));
  }

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> waiting_{std::tmpfile()};
  std::size_t rows_ = 0;
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

  void write(std::span<const std::string> texts, const engine::Embeddings& rows) override {
    format_rows(options_, texts, rows, [&](std::string_view bytes) { vectors_.write(bytes); });
    if (counts_) {
      std::string lines;
      for (const engine::TextInfo& info : rows.texts) append_token_count(lines, info);
      counts_->write(lines);
      counts_->sync();
    }
    vectors_.sync();
    JobState next = state_;
    next.rows += rows.size();
    next.bytes = vectors_.size();
    next.sidecar_bytes = counts_ ? counts_->size() : 0;
    for (const std::string& text : texts) next.digest = extend_digest(next.digest, text);
    journal_.append(next);
    state_ = next;
  }

  void finish() override {
    const std::string head = head_of(options_, state_.rows);
    vectors_.overwrite(0, std::as_bytes(std::span(head)));
    if (counts_) counts_->commit();
    vectors_.commit();
    finished_ = true;
    journal_.discard();
  }

  std::string kept() const override {
    if (state_.rows == 0) return {};
    return fmt::format("{} rows are kept in {}: the same command with --resume goes on from there", state_.rows,
                       PartialFile::name_of(options_.path).string());
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

bool is_file_output(const std::filesystem::path& path) {
  if (path.empty() || path == "-") return false;
  if (is_standard_output(path)) return false;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return !std::filesystem::exists(status) || std::filesystem::is_regular_file(status) ||
         std::filesystem::is_directory(status);
}

std::vector<std::filesystem::path> files_beside(const std::filesystem::path& path) {
  const std::filesystem::path counts = token_counts_of(path);
  return {counts, PartialFile::name_of(path), PartialFile::name_of(counts),
          PartialFile::name_of(ResumeJournal::file_of(path))};
}

std::unique_ptr<EmbeddingOutput> open_output(const EmbeddingOutputOptions& options) {
  if (is_file_output(options.path)) {
    const std::filesystem::path parent = options.path.parent_path();
    if (!parent.empty() && !file_exists(parent)) {
      throw IoError(fmt::format("cannot write {}: there is no folder {}", options.path.string(), parent.string()));
    }
    const auto resumption = options.resume ? ResumeJournal::find(options.path, options.job) : std::nullopt;
    return std::make_unique<FileOutput>(options, resumption);
  }
  if (options.format == EmbeddingFormat::npy) return std::make_unique<DirectArrayOutput>(options);
  return std::make_unique<DirectOutput>(options);
}

}  // namespace mana::cli
