#include "mana/data/line_reader.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"

namespace mana::data {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;

}  // namespace

LineReader::LineReader(const std::filesystem::path& path, Waiting waiting, std::size_t longest)
    : source_(path, std::move(waiting)), longest_(longest) {}

bool LineReader::fill() {
  block_.resize(kBlock);
  position_ = 0;
  block_.resize(source_.read(block_));
  return !block_.empty();
}

bool LineReader::next(std::string& line) {
  line.clear();
  ending_ = {};
  bool found = false;  // something of the line, if only its end
  while (position_ < block_.size() || fill()) {
    found = true;
    const std::size_t end = block_.find('\n', position_);
    const std::size_t length = (end == std::string::npos ? block_.size() : end) - position_;
    if (length > longest_ - line.size()) refuse_length();
    line.append(block_, position_, length);
    position_ = end == std::string::npos ? block_.size() : end + 1;
    if (end == std::string::npos) continue;
    ending_ = "\n";
    if (line.ends_with('\r')) {
      line.pop_back();
      ending_ = "\r\n";
    }
    break;
  }
  if (!found) return false;
  ++number_;
  if (!is_utf8(line)) broken_.add(number_);
  return true;
}

void LineReader::refuse_length() const {
  throw FormatError(
      fmt::format("{}:{}: this line is longer than the {} MiB that a line may have; cut it into lines, or give a file "
                  "whose lines are its texts",
                  name(), number_ + 1, longest_ >> 20U));
}

std::string_view LineReader::piece() {
  if (position_ == block_.size() && !fill()) return {};
  return std::string_view(block_).substr(std::exchange(position_, block_.size()));
}

std::string LineReader::place() const { return fmt::format("{}:{}", name(), number_); }

}  // namespace mana::data
