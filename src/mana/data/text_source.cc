#include "mana/data/text_source.h"

#include <system_error>
#include <utility>

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
    if (std::filesystem::is_regular_file(path, error)) look();
  }

  void look() {
    form = settled(*lines, format);
    if (*form == InputForm::lines && !format.column) return;
    rows.emplace(std::move(*lines), *form);
    lines.reset();
    const std::string name = format.column.value_or("text");
    rows->select({rows->is_json() ? format.field.value_or(name) : name});
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
    return true;
  }

  TextFormat format;
  std::optional<LineReader> lines;
  std::optional<InputForm> form;
  std::optional<RecordReader> rows;
};

TextFile::TextFile(const std::filesystem::path& path, TextFormat format, Waiting waiting)
    : state_(std::make_unique<State>(path, std::move(format), std::move(waiting))) {}
TextFile::~TextFile() = default;
TextFile::TextFile(TextFile&&) noexcept = default;

bool TextFile::next(std::string& text) { return state_->next(text); }
bool TextFile::has_rows() { return state_->has_rows(); }
std::size_t TextFile::read(std::span<char> block) { return state_->lines->read(block); }
std::uint64_t TextFile::position() const { return state_->rows ? state_->rows->position() : state_->lines->position(); }
std::optional<InputForm> TextFile::form() const { return state_->form; }
ReadingNotes TextFile::notes() const { return state_->rows ? state_->rows->notes() : state_->lines->notes(); }

}  // namespace mana::data
