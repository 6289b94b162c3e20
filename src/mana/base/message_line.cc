#include "mana/base/message_line.h"

#include <algorithm>

#include "mana/base/shown_bytes.h"
#include "mana/base/valid_utf8.h"

namespace mana {
namespace {

constexpr std::string_view kLeftOut = " … ";
constexpr std::size_t kHead = 1400;  // bytes of what is too long; the rest is its end
constexpr std::size_t kTail = MessageLine::kLongest - kHead - kLeftOut.size();

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// How many bytes the code point at the beginning has; 0 where there is none.
std::size_t code_point_size(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return 1;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return size <= text.size() && is_utf8(text.substr(0, size)) ? size : 0;
}

/// The first code point as it is shown, or the first byte where that is none.
struct Shown {
  explicit Shown(std::string_view text) noexcept {
    const std::size_t size = code_point_size(text);
    read = std::max<std::size_t>(size, 1);
    form = size == 0 ? escaped_byte(text.front()) : escaped_code_point(text.substr(0, size));
  }
  std::size_t read = 1;
  ShownBytes form;
};

std::size_t shown_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (!text.empty()) {
    const Shown next(text);
    size += next.form.size;
    text.remove_prefix(next.read);
  }
  return size;
}

/// The end of a text, as much as is shown in `limit` bytes.
std::string_view end_of(std::string_view text, std::size_t limit) noexcept {
  text.remove_prefix(text.size() - std::min(text.size(), limit));
  while (!text.empty() && is_continuation(text.front())) text.remove_prefix(1);
  for (std::size_t size = shown_size(text); size > limit;) {
    const Shown next(text);
    size -= next.form.size;
    text.remove_prefix(next.read);
  }
  return text;
}

}  // namespace

MessageLine::MessageLine(std::string_view sentence) noexcept {  // NOLINT(cppcoreguidelines-pro-type-member-init)
  // Nothing is shown in fewer bytes than it has, so that what is far too long need not be gone through.
  if (sentence.size() <= kLongest && append(sentence, kLongest)) return;
  size_ = 0;
  append(sentence.substr(0, kHead + 4), kHead);
  append(kLeftOut, kLongest);
  append(end_of(sentence, kTail), kLongest);
}

/// False where it has no room; as much as has room is there.
bool MessageLine::append(std::string_view text, std::size_t limit) noexcept {
  while (!text.empty()) {
    const Shown next(text);
    if (size_ + next.form.size > limit) return false;
    std::copy_n(next.form.bytes.data(), next.form.size, bytes_.data() + size_);
    size_ += next.form.size;
    text.remove_prefix(next.read);
  }
  return true;
}

}  // namespace mana
