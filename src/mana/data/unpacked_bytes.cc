#include "mana/data/unpacked_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

constexpr std::size_t kPackedBlock = std::size_t{1} << 17;

}  // namespace

UnpackedBytes::UnpackedBytes(const std::filesystem::path& path, Waiting waiting) : file_(path, std::move(waiting)) {}

std::size_t UnpackedBytes::read(std::span<char> block) {
  if (!std::exchange(began_, true)) find_packing();
  if (compression_ != nullptr) return unpack(block);
  if (rest().empty()) {
    const std::size_t count = file_.read(block);  // straight to where it is wanted
    position_ += count;
    return count;
  }
  const std::size_t count = std::min(rest().size(), block.size());
  std::copy_n(rest().data(), count, block.data());
  use(count);
  return count;
}

std::size_t UnpackedBytes::unpack(std::span<char> block) {
  for (;;) {
    const UnpackStep step = unpacker_(rest(), block);
    use(step.taken);
    if (!step.mistake.empty()) {
      throw FormatError(fmt::format("{} is broken at byte {} of its {} data ({}): copy or pack it again", name(),
                                    position_, compression_->name, step.mistake));
    }
    if (step.written > 0) return step.written;
    if (!rest().empty() || fill(kPackedBlock)) continue;
    if (step.whole) return 0;
    throw FormatError(fmt::format("{} breaks off after {} bytes of {} data: copy or pack it again", name(), position_,
                                  compression_->name));
  }
}

void UnpackedBytes::find_packing() {
  CompressionGuess guess = compression_of("");
  std::string beginning;
  while (guess.undecided && fill(kPackedBlock)) {
    beginning += buffer_;  // a terminal may give a byte at a time
    guess = compression_of(beginning);
  }
  buffer_ = beginning;
  compression_ = guess.compression;
  if (compression_ != nullptr) unpacker_ = compression_->unpacker();
}

bool UnpackedBytes::fill(std::size_t size) {
  buffer_.resize(size);
  buffer_.resize(file_.read(buffer_));
  used_ = 0;
  return !buffer_.empty();
}

void UnpackedBytes::use(std::size_t count) {
  used_ += count;
  position_ += count;
}

}  // namespace mana::data
