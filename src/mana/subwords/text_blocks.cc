#include "mana/subwords/text_blocks.h"

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/repaired_text.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

/// Where to cut a line that goes on: before its last space that follows something else, for there every tokenizer
/// begins a word; else before its last character.
std::size_t cut_of(std::string_view line) {
  for (std::size_t at = line.size() - 1; at > 0; --at) {
    if (line[at] == ' ' && line[at - 1] != ' ') return at;
  }
  std::size_t cut = line.size() - 1;
  for (int i = 0; i < 3 && cut > 1 && text::is_continuation(line[cut]); ++i) --cut;
  return cut;
}

}  // namespace

TextBlocks::TextBlocks(std::span<const std::filesystem::path> inputs, data::TextFormat format, std::stop_token stop)
    : inputs_(inputs), format_(std::move(format)), stop_(std::move(stop)) {}

bool TextBlocks::next(TextBlock& block) {
  for (;;) {
    if (stop_.stop_requested()) throw Cancelled("the reading of the text was cancelled");
    block.bytes_.clear();
    block.ends_.clear();
    if (!file_) {
      if (opened_ == inputs_.size()) return false;
      file_.emplace(inputs_[opened_++], format_, stop_);
    }
    if (file_->has_rows()) {
      read_rows(block);
    } else {
      read_lines(block);
    }
    if (block.size() > 0) {
      repair(block);
      lines_ += block.size();
      lines_of_file_ += block.size();
      return true;
    }
    close();
  }
}

void TextBlocks::read_rows(TextBlock& block) {
  std::string text;
  while (block.bytes_.size() < kBlock && file_->next(text)) {
    block.bytes_ += text;
    block.ends_.push_back(block.bytes_.size());
  }
}

void TextBlocks::read_lines(TextBlock& block) {
  std::string& bytes = block.bytes_;
  bytes.swap(ahead_);
  ahead_.clear();
  std::size_t held = bytes.size();
  bytes.resize(std::max(held, kBlock));
  bool ended = false;
  while (!ended && held < bytes.size()) {
    const std::size_t count = file_->read(std::span(bytes).subspan(held));
    held += count;
    ended = count == 0;
  }
  bytes.resize(held);
  if (!ended) {
    const std::size_t last = bytes.rfind('\n');
    const std::size_t cut = last == std::string::npos ? cut_of(bytes) : last + 1;
    ahead_ = bytes.substr(cut);
    bytes.resize(cut);
  }
  for (std::size_t begin = 0; begin < bytes.size(); begin = block.ends_.back()) {
    const std::size_t end = bytes.find('\n', begin);
    block.ends_.push_back(end == std::string::npos ? bytes.size() : end + 1);
  }
}

void TextBlocks::repair(TextBlock& block) {
  if (is_utf8(block.bytes_)) return;
  TextBlock repaired;
  repaired.ends_.reserve(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (is_utf8(block[i])) {
      repaired.bytes_ += block[i];
    } else {
      repaired.bytes_ += text::RepairedText(block[i]).text();
      broken_.add(lines_of_file_ + i + 1);
    }
    repaired.ends_.push_back(repaired.bytes_.size());
  }
  block = std::move(repaired);
}

void TextBlocks::close() {
  data::ReadingNotes notes = file_->notes();
  if (!file_->has_rows()) notes.broken = broken_;
  notes_.push_back(std::move(notes));
  bytes_before_ += file_->position();
  file_.reset();
  broken_ = {};
  lines_of_file_ = 0;
}

}  // namespace mana::subwords
