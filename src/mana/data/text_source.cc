#include "mana/data/text_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/record_reader.h"

namespace mana::data {
namespace {

bool is_json(InputForm form) { return form == InputForm::json || form == InputForm::jsonl; }

/// The form, where the format says that it is JSON or a table but not which.
InputForm settled(LineReader& lines, const TextFormat& format) {
  if (format.form) return *format.form;
  const InputForm found = form_of(lines);
  if (format.field && !is_json(found)) return InputForm::jsonl;
  if (format.column && found == InputForm::lines) {
    const std::optional<InputForm> named = form_named(lines.name());
    return named.value_or(InputForm::lines);
  }
  return found;
}

}  // namespace

struct TextFile::State {
  State(const std::filesystem::path& path, TextFormat wanted, Waiting waiting)
      : format(std::move(wanted)), lines(std::in_place, path, std::move(waiting)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return;
    size = std::filesystem::file_size(path, error);
    if (error) size.reset();
    look();
  }

  void look() {
    form = settled(*lines, format);
    if (*form == InputForm::lines && !format.column) {
      if (format.carried.empty()) return;
      throw ArgumentError(
          fmt::format("{} has a text a line, without columns of which {} could be kept: give a table or JSON",
                      lines->name(), fmt::join(format.carried, ", ")));
    }
    rows.emplace(std::move(*lines), *form);
    lines.reset();
    const std::string name = format.column.value_or("text");
    std::vector<std::string> columns = {rows->is_json() ? format.field.value_or(name) : name};
    columns.insert(columns.end(), format.carried.begin(), format.carried.end());
    rows->select(std::move(columns));
  }

  bool has_rows() {
    if (!form) look();
    return rows.has_value();
  }

  bool next(std::string& text) {
    if (!has_rows()) return lines->next(text);
    if (!rows->next()) return false;
    // A string is a text by itself, unless a field was asked for.
    const bool plain = rows->is_json() && !format.field && !format.column && rows->root().is_string();
    if (rows->is_json() && !plain && !rows->root().is_object()) {
      rows->root().fail(format.field || format.column ? "must be an object" : "must be an object or a string");
    }
    text = plain ? std::string(rows->root().string()) : rows->text(0);
    carry();
    return true;
  }

  void carry() {
    if (format.carried.empty()) return;
    if (carried.empty()) rows->require_keys();  // a name that is misspelt is missing in the first row
    carried.clear();
    for (std::size_t i = 0; i < format.carried.size(); ++i) carried.push_back(rows->value(i + 1));
  }

  TextFormat format;
  std::optional<std::uint64_t> size;
  std::optional<LineReader> lines;
  std::optional<InputForm> form;
  std::optional<RecordReader> rows;
  std::vector<RowValue> carried;
};

TextFile::TextFile(const std::filesystem::path& path, TextFormat format, Waiting waiting)
    : state_(std::make_unique<State>(path, std::move(format), std::move(waiting))) {}
TextFile::~TextFile() = default;
TextFile::TextFile(TextFile&&) noexcept = default;

bool TextFile::next(std::string& text) { return state_->next(text); }
std::span<const RowValue> TextFile::carried() const { return state_->carried; }
bool TextFile::has_rows() { return state_->has_rows(); }
std::size_t TextFile::read(std::span<char> block) { return state_->lines->read(block); }
std::uint64_t TextFile::position() const { return state_->rows ? state_->rows->position() : state_->lines->position(); }
std::optional<std::uint64_t> TextFile::size() const { return state_->size; }
std::optional<InputForm> TextFile::form() const { return state_->form; }
ReadingNotes TextFile::notes() const { return state_->rows ? state_->rows->notes() : state_->lines->notes(); }

}  // namespace mana::data
