#include "mana/data/line_reader.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace mana::data {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, Waiting waiting) : source_(path, std::move(waiting)) {}

bool LineReader::fill() {
  block_.resize(kBlock);
  position_ = 0;
  block_.resize(source_.read(block_));
  return !block_.empty();
}

bool LineReader::next(std::string& line) {
  line.clear();
  bool found = false;  // something of the line, if only its end
  while (position_ < block_.size() || fill()) {
    found = true;
    const std::size_t end = block_.find('\n', position_);
    line.append(block_, position_, end == std::string::npos ? end : end - position_);
    position_ = end == std::string::npos ? block_.size() : end + 1;
    if (end == std::string::npos) continue;
    if (line.ends_with('\r')) line.pop_back();
    break;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (number_ == 0 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  if (found) ++number_;
  return found;
}

std::string LineReader::place() const { return fmt::format("{}:{}", name(), number_); }

}  // namespace mana::data
