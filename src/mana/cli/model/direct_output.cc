#include "mana/cli/model/direct_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"

namespace mana::cli {
namespace {

/// Whether a path is another name of standard output: /dev/stdout, whatever that was sent to.
bool is_standard_output(const std::filesystem::path& path) {
  struct stat named {
  }, standard{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 &&
         named.st_dev == standard.st_dev && named.st_ino == standard.st_ino;
}

/// Rows that are seen when they are written.
class DirectOutput : public jobs::EmbeddingOutput {
 public:
  explicit DirectOutput(jobs::EmbeddingOutputOptions options) : options_(std::move(options)), file_(options_.path) {}

  bool is_seen_at_once() const override { return true; }
  void write(const jobs::EmbeddedTexts& embedded) override {
    jobs::format_rows(options_, embedded, [&](std::string_view bytes) { put(bytes); });
  }
  void finish() override {}

 protected:
  void put(std::string_view bytes) const { file_.write(bytes); }
  const jobs::EmbeddingOutputOptions& options() const { return options_; }

 private:
  jobs::EmbeddingOutputOptions options_;
  DirectFile file_;
};

/// An array's head counts its rows and a pipe cannot be rewound, so the rows wait in a file without a name.
class DirectArrayOutput : public DirectOutput {
 public:
  explicit DirectArrayOutput(jobs::EmbeddingOutputOptions options) : DirectOutput(std::move(options)) {
    if (!waiting_) fail();
  }

  bool is_seen_at_once() const override { return false; }
  void write(const jobs::EmbeddedTexts& embedded) override {
    jobs::format_rows(options(), embedded, [&](std::string_view bytes) {
      if (std::fwrite(bytes.data(), 1, bytes.size(), waiting_.get()) != bytes.size()) fail();
    });
    rows_ += embedded.rows.size();
  }

  void finish() override {
    put(jobs::head_of(options(), rows_));
    if (std::fflush(waiting_.get()) != 0 || std::fseek(waiting_.get(), 0, SEEK_SET) != 0) fail();
    constexpr std::size_t kBlock = std::size_t{1} << 20;
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

}  // namespace

DirectFile::DirectFile(const std::filesystem::path& path) : name_("standard output"), descriptor_(STDOUT_FILENO) {
  if (path.empty() || path == "-" || is_standard_output(path)) return;
  name_ = path.string();
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw IoError(fmt::format("cannot write {}: {}", name_, std::strerror(errno)));
}

DirectFile::~DirectFile() {
  if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
}

void DirectFile::write(std::string_view bytes) const { write_output(descriptor_, bytes, name_); }

bool is_file_output(const std::filesystem::path& path) {
  if (path.empty() || path == "-") return false;
  if (is_standard_output(path)) return false;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return !std::filesystem::exists(status) || std::filesystem::is_regular_file(status) ||
         std::filesystem::is_directory(status);
}

std::unique_ptr<jobs::EmbeddingOutput> open_output(const jobs::EmbeddingOutputOptions& options) {
  if (is_file_output(options.path)) return jobs::open_file_output(options);
  if (options.format == jobs::EmbeddingFormat::npy) return std::make_unique<DirectArrayOutput>(options);
  return std::make_unique<DirectOutput>(options);
}

jobs::EmbeddingFormat format_of(const std::filesystem::path& path) {
  const std::string ending = ending_of_unpacked(path);
  if (ending_of(path) == ".npy") return jobs::EmbeddingFormat::npy;
  if (ending == ".tsv") return jobs::EmbeddingFormat::tsv;
  if (ending != ".jsonl" && ending != ".ndjson") {
    require_no_other_form(path.string(), ".jsonl, .npy and .tsv (packed: .jsonl or .tsv with .gz or .zst behind)",
                          "--format");
  }
  return jobs::EmbeddingFormat::jsonl;
}

}  // namespace mana::cli
