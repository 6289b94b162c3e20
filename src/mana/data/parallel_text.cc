#include "mana/data/parallel_text.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "mana/base/errors.h"
#include "mana/data/line_reader.h"
#include "mana/data/record_reader.h"
#include "mana/data/side_by_side.h"

namespace mana::data {
namespace {

bool is_empty(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Both sides in a row.
class Rows {
 public:
  Rows(const ParallelFiles& files, std::stop_token stop) : reader_(files.rows, std::nullopt, std::move(stop)) {
    reader_.select({files.source_column, files.target_column});
  }

  bool next(ParallelPair& pair) {
    if (!reader_.next()) return false;
    pair = {reader_.text(0), reader_.text(1), reader_.line()};
    for (const std::size_t side : {0, 1}) {
      if (!is_empty(side == 0 ? pair.source : pair.target)) continue;
      throw FormatError(fmt::format("{} is empty; fill it in or remove the row", reader_.place(side)));
    }
    return true;
  }

  std::vector<ReadingNotes> notes() const { return {reader_.notes()}; }

 private:
  RecordReader reader_;
};

/// A file for each side.
class Lines {
 public:
  Lines(const ParallelFiles& files, const std::stop_token& stop)
      : sides_{LineReader(files.source, stop), LineReader(files.target, stop)} {}

  bool next(ParallelPair& pair) {
    const auto found = next_of_each<LineReader>(
        sides_, [&](LineReader& side, std::size_t i) { return side.next(i == 0 ? pair.source : pair.target); });
    if (found.uneven()) refuse_lengths(*found.longer, *found.ended);
    if (found.longer == nullptr) return false;
    pair.line = sides_[0].number();
    refuse_empty(pair.source, sides_[0], sides_[1]);
    refuse_empty(pair.target, sides_[1], sides_[0]);
    return true;
  }

  std::vector<ReadingNotes> notes() const { return {sides_[0].notes(), sides_[1].notes()}; }

 private:
  [[noreturn]] static void refuse_lengths(const LineReader& longer, const LineReader& shorter) {
    throw FormatError(
        fmt::format("{} has no line in {}, which ends before; line n of one file has to belong to line n of the other",
                    longer.place(), shorter.name()));
  }

  static void refuse_empty(std::string_view text, const LineReader& reader, const LineReader& other) {
    if (!is_empty(text)) return;
    throw FormatError(
        fmt::format("{} is empty; fill it in, or remove the line here and in {}", reader.place(), other.name()));
  }

  std::array<LineReader, 2> sides_;  // source, target
};

}  // namespace

std::string ParallelFiles::name() const {
  if (!rows.empty()) return rows.filename().string();
  return fmt::format("{} and {}", source.filename().string(), target.filename().string());
}

struct ParallelReader::State {
  std::variant<Rows, Lines> reader;
  std::stop_token stop;
};

ParallelReader::ParallelReader(const ParallelFiles& files, std::stop_token stop)
    : state_(files.rows.empty() ? new State{Lines(files, stop), stop} : new State{Rows(files, stop), stop}) {}
ParallelReader::~ParallelReader() = default;
ParallelReader::ParallelReader(ParallelReader&&) noexcept = default;

bool ParallelReader::next(ParallelPair& pair) {
  if (state_->stop.stop_requested()) throw Cancelled("the reading was cancelled");
  return std::visit([&](auto& reader) { return reader.next(pair); }, state_->reader);
}

std::vector<ReadingNotes> ParallelReader::notes() const {
  return std::visit([](const auto& reader) { return reader.notes(); }, state_->reader);
}

}  // namespace mana::data
