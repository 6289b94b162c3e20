#include "mana/data/pretraining/document_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/sentences.h"
#include "mana/text/utf8.h"

namespace mana::data {
namespace {

namespace fs = std::filesystem;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\v\f") == std::string_view::npos; }

void add_folder(const fs::path& folder, bool one_document, std::vector<CorpusFile>& files) {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator(); ++at) {
    const bool hidden = at->path().filename().native().starts_with('.');
    if (hidden && at->is_directory()) at.disable_recursion_pending();
    if (!hidden && at->is_regular_file()) found.push_back(at->path());
  }
  std::ranges::sort(found);
  for (fs::path& path : found) files.push_back({std::move(path), one_document});
}

/// Where the empty line begins that ends the document that `text` begins with; none where there is none in it. The last
/// line counts only if it ends.
std::size_t document_end(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    if (is_blank(text.substr(begin, end - begin))) return begin;
    begin = end + 1;
  }
  return std::string_view::npos;
}

/// Where a part ends in a text that goes on: behind its last line; else, for the line is longer than that, behind its
/// last sentence, its last white space, its last character.
std::size_t part_end(std::string_view text) {
  if (const std::size_t line = text.rfind('\n'); line != std::string_view::npos) return line + 1;
  std::size_t whole = text.size();
  for (int i = 0; i < 3 && whole > 1 && text::is_continuation(text[whole - 1]); ++i) --whole;
  if (whole > 1) --whole;  // the last character may not have come as a whole
  const std::string_view certain = text.substr(0, whole);
  if (is_utf8(certain)) {
    constexpr std::size_t kAhead = 4096;  // what follows an end may decide about it
    std::size_t last = 0;
    for (std::size_t end = 0; end + kAhead < certain.size();) {
      last = end;
      end = text::sentence_end(certain, end);
    }
    if (last > 0) return last;
  }
  const std::size_t space = certain.find_last_of(" \t\r\v\f");
  return space == std::string_view::npos ? whole : space + 1;
}

}  // namespace

std::vector<CorpusFile> corpus_files(const Corpus& corpus) {
  std::vector<CorpusFile> files;
  for (const fs::path& input : corpus.inputs) {
    std::error_code error;
    const fs::file_status status = fs::status(input, error);
    if (status.type() == fs::file_type::directory) {
      add_folder(input, corpus.document_a_file.value_or(true), files);
    } else if (status.type() == fs::file_type::regular) {
      files.push_back({input, corpus.document_a_file.value_or(false)});
    } else if (!fs::exists(status) && input != "-") {
      throw IoError(fmt::format("there is no file {}", input.string()));
    } else {
      throw ArgumentError(fmt::format("{} can be read but once; write it to a file, for its tokens are bound to it",
                                      input == "-" ? "standard input" : input.string()));
    }
  }
  if (files.empty()) throw ArgumentError("there is no file to read; name files, or a folder with some");
  return files;
}

DocumentReader::DocumentReader(const CorpusFile& file, const TextFormat& format, std::stop_token stop)
    : file_(file.path, format, std::move(stop)), one_document_(file.one_document) {}

bool DocumentReader::next(DocumentPart& part) {
  const bool found = file_.has_rows() ? next_of_rows(part) : next_of_lines(part);
  if (found) part.begins = std::exchange(begins_, false);
  return found;
}

bool DocumentReader::next_of_rows(DocumentPart& part) {
  while (at_ == held_.size()) {
    if (!file_.next(held_)) return false;
    at_ = 0;
    begins_ = true;
  }
  const std::string_view text = rest();
  part.text = text.size() <= kPart ? text : text.substr(0, part_end(text.substr(0, kPart)));
  at_ += part.text.size();
  return true;
}

/// Reads on until a part is held, or all that there is. Whether there is more than before.
bool DocumentReader::fill() {
  if (ended_) return false;
  held_.erase(0, std::exchange(at_, 0));
  std::size_t count = held_.size();
  if (count == kPart) return false;
  held_.resize(kPart);
  while (!ended_ && count < kPart) {
    const std::size_t read = file_.read(std::span(held_).subspan(count));
    count += read;
    ended_ = read == 0;
  }
  held_.resize(count);
  return true;
}

bool DocumentReader::next_of_lines(DocumentPart& part) {
  for (;;) {
    const std::string_view text = rest();
    std::size_t size = one_document_ ? std::string_view::npos : document_end(text);
    if (size == std::string_view::npos) {
      if (fill()) continue;
      size = ended_ ? text.size() : part_end(text);
    }
    if (size > 0) {
      part.text = text.substr(0, size);
      at_ += size;
      note_broken(part.text);
      return true;
    }
    if (text.empty()) return false;
    at_ += text.find('\n') + 1;  // the empty line
    ++line_;
    begins_ = true;
  }
}

/// Counts the lines of a part, and those that are broken. One that lies in several parts is one.
void DocumentReader::note_broken(std::string_view part) {
  if (is_utf8(part)) {
    line_ += static_cast<std::uint64_t>(std::ranges::count(part, '\n'));
    return;
  }
  for (;;) {
    const std::size_t end = part.find('\n');
    if (last_broken_ != line_ && !is_utf8(part.substr(0, end))) broken_.add(last_broken_ = line_);
    if (end == std::string_view::npos) return;
    part.remove_prefix(end + 1);
    ++line_;
  }
}

ReadingNotes DocumentReader::notes() const {
  ReadingNotes notes = file_.notes();
  if (broken_.count > 0) notes.broken = broken_;
  return notes;
}

}  // namespace mana::data
