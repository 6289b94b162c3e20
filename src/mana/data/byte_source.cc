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
