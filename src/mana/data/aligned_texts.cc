#include "mana/data/aligned_texts.h"

#include <fmt/format.h>

#include <string_view>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/side_by_side.h"

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
  const auto found = next_of_each<File>(files_, [&](File& file, std::size_t i) {
    if (!std::visit([&](auto& from) { return from.next(texts[i]); }, file.texts)) return false;
    if (is_blank(texts[i])) file.empty.add(count_ + 1);
    return true;
  });
  if (found.uneven()) {
    throw FormatError(
        fmt::format("{} ends after text {}, but {} has a text {}: what belongs together must stand in the "
                    "same line of each file",
                    found.ended->name, count_, found.longer->name, count_ + 1));
  }
  if (found.ended != nullptr && count_ == 0) throw FormatError(fmt::format("{} holds no texts", found.ended->name));
  if (found.longer != nullptr) ++count_;
  return found.longer != nullptr;
}

}  // namespace mana::data
