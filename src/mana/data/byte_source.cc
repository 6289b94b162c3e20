#include "mana/data/byte_source.h"

#include <algorithm>
#include <utility>

#include "mana/data/foreign_form.h"

namespace mana::data {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::size_t kLongestBeginning = std::size_t{1} << 20;

}  // namespace

ByteSource::ByteSource(const std::filesystem::path& path, Waiting waiting) : bytes_(path, std::move(waiting)) {}

void ByteSource::begin() {
  std::string bytes;
  std::string block(kBlock, '\0');
  do {  // a terminal may give a byte at a time, and is asked for no more than is wanted
    const std::size_t count = bytes_.read(block);
    if (count == 0) break;
    bytes.append(block, 0, count);
  } while (may_begin_otherwise(bytes));
  const ByteOrderMark mark = byte_order_mark(bytes);
  if (mark.size == 0) require_text(bytes, bytes_.name(), bytes_.compression());
  decoder_ = Utf8Decoder(mark.encoding);
  decoder_.append(std::string_view(bytes).substr(mark.size), ahead_);
  if (mark.size > 0) require_text(ahead_, bytes_.name(), bytes_.compression());
}

bool ByteSource::fill() {
  if (!std::exchange(began_, true)) {
    begin();
    if (!ahead_.empty()) return true;
  }
  for (const std::size_t before = ahead_.size(); ahead_.size() == before;) {
    raw_.resize(kBlock);
    raw_.resize(bytes_.read(raw_));
    if (raw_.empty()) {
      decoder_.finish(ahead_);
      return ahead_.size() > before;
    }
    decoder_.append(raw_, ahead_);
  }
  return true;
}

std::string_view ByteSource::beginning() {
  if (!began_) fill();
  return std::string_view(ahead_).substr(given_);
}

bool ByteSource::extend_beginning() { return ahead_.size() < kLongestBeginning && fill(); }

std::size_t ByteSource::read(std::span<char> block) {
  if (given_ == ahead_.size()) {
    ahead_.clear();
    given_ = 0;
    if (began_ && decoder_.encoding() == TextEncoding::utf8)
      return bytes_.read(block);  // straight to where it is wanted
    if (!fill()) return 0;
  }
  const std::size_t count = std::min(ahead_.size() - given_, block.size());
  std::copy_n(ahead_.data() + given_, count, block.data());
  given_ += count;
  return count;
}

}  // namespace mana::data
