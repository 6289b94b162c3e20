#include "mana/text/normalized_text.h"

#include <cstring>

namespace mana::text {

void NormalizedText::assign(std::string_view part, std::uint32_t begin, bool tracked) {
  for (GrowingArray<char>* bytes : {&bytes_, &next_bytes_}) bytes->set_most(most_bytes(part.size()));
  bytes_.clear();
  char* to = bytes_.room(part.size() + kPadding);
  if (!part.empty()) std::memcpy(to, part.data(), part.size());
  std::memset(to + part.size(), ' ', kPadding);
  bytes_.added(part.size());
  begin_ = begin;
  tracked_ = tracked;
  aligned_ = false;
}

void NormalizedText::assign(const NormalizedText& other, Range part) {
  assign(part.of(other.text()), other.begin_ + part.begin, other.tracked_);
  aligned_ = other.aligned_;
  if (!aligned_) return;
  sources_.clear();
  if (part.size() == 0) return;  // there may be no sources to point at
  std::memcpy(sources_.room(part.size()), other.sources_.data() + part.begin, part.size() * sizeof(Offsets));
  sources_.added(part.size());
}

void NormalizedWriter::copy(Range range) {
  const std::string_view bytes = range.of(text_.text());
  if (!tracked_) return put(bytes, {});
  for_each_code_point(
      bytes, [&](char32_t, std::size_t at, std::size_t size) { copy(bytes.data() + at, range.begin + at, size); });
}

void NormalizedWriter::finish() {
  std::memset(text_.next_bytes_.room(NormalizedText::kPadding), ' ', NormalizedText::kPadding);
  std::swap(text_.bytes_, text_.next_bytes_);
  std::swap(text_.sources_, text_.next_sources_);
  text_.aligned_ = tracked_;
}

}  // namespace mana::text
