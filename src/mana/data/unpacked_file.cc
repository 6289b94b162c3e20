#include "mana/data/unpacked_file.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <new>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/unpacked_bytes.h"

namespace mana::data {
namespace {

/// Pages that grow without being copied.
class Pages {
 public:
  Pages() = default;
  ~Pages() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() const { return static_cast<char*>(data_); }
  std::size_t size() const { return size_; }
  void grow() {
    constexpr std::size_t kFirst = std::size_t{1} << 20;
    const std::size_t size = size_ == 0 ? kFirst : size_ * 2;
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* const moved = data_ == nullptr ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kFlags, -1, 0)
                                         : ::mremap(data_, size_, size, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) throw std::bad_alloc();
    data_ = moved;
    size_ = size;
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

UnpackedFile unpack(const std::filesystem::path& path, std::uint64_t limit,
                    const std::function<void(std::string_view beginning)>& check) {
  constexpr std::size_t kBeginning = std::size_t{1} << 20;
  UnpackedBytes source(path);
  const auto pages = std::make_shared<Pages>();
  std::size_t size = 0;
  for (;;) {
    if (size == pages->size()) pages->grow();
    const std::size_t count = source.read({pages->data() + size, pages->size() - size});
    const bool checked = size >= kBeginning;
    if (!checked && size + count >= kBeginning) check({pages->data(), kBeginning});
    if (count == 0) return {std::as_bytes(std::span(pages->data(), size)), pages};
    size += count;
    if (size > limit) {
      throw FormatError(
          fmt::format("{} holds more than {} bytes unpacked; unpack it and give what comes out", source.name(), limit));
    }
  }
}

}  // namespace mana::data
