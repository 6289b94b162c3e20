#include "mana/hub/installation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/exchange.h"
#include "mana/base/file.h"
#include "mana/base/json.h"

namespace mana::hub {
namespace {

constexpr const char* kRecord = ".mana-pull.json";
constexpr std::uint64_t kLargestRecord = std::uint64_t{16} << 20;

[[noreturn]] void fail(const std::filesystem::path& path, int code) {
  throw IoError(fmt::format("cannot write {}: {}", path.string(), std::strerror(code)));
}

}  // namespace

std::optional<PullRecord> PullRecord::read(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(folder / kRecord, ignored)) return std::nullopt;
  try {
    const std::string text = read_file(folder / kRecord, kLargestRecord);
    const json::Document document = json::Document::parse(text, (folder / kRecord).string());
    const json::Value root = document.root();
    PullRecord record{std::string(root.at("repository").string()),
                      std::string(root.at("revision").string()),
                      std::string(root.at("commit").string()),
                      {}};
    for (const auto& [name, size] : root.at("files").object()) {
      record.files[std::string(name)] =
          static_cast<std::uint64_t>(size.integer(0, std::numeric_limits<std::int64_t>::max()));
    }
    return record;
  } catch (const Error&) {
    return std::nullopt;  // a damaged record is worth as much as none
  }
}

void PullRecord::write(const std::filesystem::path& folder) const {
  const nlohmann::ordered_json json = {
      {"repository", repository}, {"revision", revision}, {"commit", commit}, {"files", files}};
  AtomicFile file(folder / kRecord);
  file.write(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file.commit();
}

bool PullRecord::is_complete(const std::filesystem::path& folder) const {
  for (const auto& [name, size] : files) {
    std::error_code error;
    if (std::filesystem::file_size(folder / name, error) != size || error) return false;
  }
  return true;
}

Staging::Staging(const Store& store, const Repository& repository)
    : folder_(store.root() / ".staging" / repository.folder_name()), target_(store.folder_of(repository)) {
  make_folders(folder_);
  const std::filesystem::path lock = folder_.string() + ".lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (lock_ < 0) fail(lock, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0)
    return;  // the kernel lets go of it when the process ends, however it ends
  const int code = errno;
  ::close(lock_);
  if (code != EWOULDBLOCK) fail(lock, code);
  throw ArgumentError(fmt::format("another process is pulling {}: wait until it is done", repository.full_name()));
}

Staging::~Staging() { ::close(lock_); }

std::filesystem::path Staging::open(const std::string& commit) const {
  make_folders(folder_ / commit);
  return folder_ / commit;
}

void Staging::install(const std::string& commit) const {
  exchange(folder_ / commit, target_);
  std::error_code ignored;  // the model is in its place; what cannot be tidied up does no harm
  std::filesystem::remove_all(folder_, ignored);
}

void Staging::discard() const {
  std::error_code ignored;  // what stays is taken up by the next pull
  std::filesystem::remove_all(folder_, ignored);
}

void make_folders(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw IoError(fmt::format("cannot make the folder {}: {}", path.string(), error.message()));
}

}  // namespace mana::hub
