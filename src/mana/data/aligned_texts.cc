#include "mana/data/aligned_texts.h"

#include <fmt/format.h>

#include <string_view>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

TextFormat format_of(const AlignedFile& file) {
  const std::optional<InputForm> named = form_named(file.path.string());
  if (!named && !file.column) return {.form = InputForm::lines};
  const bool json = named == InputForm::json || named == InputForm::jsonl;
  return json ? TextFormat{.form = named, .field = file.column} : TextFormat{.form = named, .column = file.column};
}

std::variant<TextFile, BestTranslations> texts_of(const AlignedFile& file, const Waiting& waiting) {
  const std::optional<InputForm> named = form_named(file.path.string());
  const bool rows = named == InputForm::jsonl || named == InputForm::tsv;
  std::error_code error;
  if (rows && !file.column && std::filesystem::is_regular_file(file.path, error)) {
    if (auto translations = BestTranslations::open(file.path, waiting)) return std::move(*translations);
  }
  return TextFile(file.path, format_of(file), waiting);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == text.npos; }

}  // namespace

AlignedTexts::AlignedTexts(const std::vector<AlignedFile>& files, const Waiting& waiting) {
  files_.reserve(files.size());
  for (const AlignedFile& file : files) {
    File opened{.texts = texts_of(file, waiting), .name = {}};
    opened.name = notes_of(opened).name;
    files_.push_back(std::move(opened));
  }
}

bool AlignedTexts::next(std::vector<std::string>& texts) {
  texts.resize(files_.size());
  const File* ended = nullptr;
  const File* longer = nullptr;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    File& file = files_[i];
    if (!std::visit([&](auto& from) { return from.next(texts[i]); }, file.texts)) {
      ended = &file;
      continue;
    }
    longer = &file;
    if (is_blank(texts[i])) file.empty.add(count_ + 1);
  }
  if (ended != nullptr && longer != nullptr) {
    throw FormatError(
        fmt::format("{} ends after text {}, but {} has a text {}: what belongs together must stand in the "
                    "same line of each file",
                    ended->name, count_, longer->name, count_ + 1));
  }
  if (ended != nullptr && count_ == 0) throw FormatError(fmt::format("{} holds no texts", ended->name));
  if (longer != nullptr) ++count_;
  return longer != nullptr;
}

}  // namespace mana::data
