#include "mana/cli/shell/file_kinds.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "mana/cli/shell/row_patterns.h"
#include "mana/cli/words/word_map.h"
#include "mana/cli/words/word_map_page.h"
#include "mana/pages/page.h"

namespace mana::cli {

bool is_npy(const FileBeginning& file) {
  // What stands between the magic number and the data: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
  constexpr std::array kTypes = {"'<f4'", "'<f2'", "'|i1'", "'|u1'"};
  if (!file.bytes.starts_with("\x93NUMPY")) return false;
  const std::string_view head = first_line(file.bytes);
  const auto has = [&](std::string_view part) { return head.find(part) != head.npos; };
  const std::string_view shape = head.substr(std::min(head.find('('), head.size()));
  const Fields axes = split(shape.substr(0, shape.find(')')), ',');
  return std::ranges::any_of(kTypes, has) && has("'fortran_order': False") && axes.size() == 2 && !axes[1].empty();
}

bool is_embedding_lines(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    return has_last_keys(line, {"embedding", "tokens", "truncated"});
  });
}

bool is_embedding_table(const FileBeginning& file) {
  const std::size_t columns = split(first_line(file.bytes), '\t').size();
  return every_line(file, [&](std::string_view line) {
    const Fields fields = split(line, '\t');
    return fields.size() == columns && std::ranges::all_of(fields, is_number);
  });
}

bool is_carried_table(const FileBeginning& file) {
  const std::size_t columns = split(first_line(file.bytes), '\t').size();
  return every_line(file, [&](std::string_view line) {
    const Fields fields = split(line, '\t');
    return fields.size() == columns && is_number(fields.back());
  });
}

bool is_token_counts(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) { return has_last_keys(line, {"tokens", "truncated"}); });
}

bool is_class_lines(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    return has_keys(line, {"text?", "label", "probability", "top?", "truncated"});
  });
}

bool is_class_table(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    const Fields fields = split(line, '\t');
    const std::string_view probability = fields.back();
    return fields.size() > 1 && probability.size() == 6 && probability[1] == '.' &&
           are_all_of(probability, "0123456789.");
  });
}

bool is_translation_lines(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    return has_keys(line, {"text?", "translations", "tokens", "pieces?", "truncated"});
  });
}

bool is_translation_table(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    const Fields fields = split(line, '\t');
    return fields.size() == 4 && is_number(fields[0]) && is_number(fields[1]) &&
           (fields[2] == "end" || fields[2] == "limit");
  });
}

bool is_mined_lines(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) {
    return has_keys(line, {"anchor", "positive", "negative*"}) || has_keys(line, {"label", "sentence1", "sentence2"});
  });
}

bool is_mined_table(const FileBeginning& file) {
  const Fields header = split(first_line(file.bytes), '\t');
  return (are_named(header, {"anchor", "positive", "negative*"}) ||
          are_named(header, {"label", "sentence1", "sentence2"})) &&
         every_line(file, [&](std::string_view line) { return split(line, '\t').size() == header.size(); });
}

bool is_word_drawing(const FileBeginning& file) { return file.bytes.starts_with(kDrawingBeginning); }

bool is_word_page(const FileBeginning& file) {
  constexpr std::string_view kOlder = "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>";
  return pages::is_page(file.bytes, kWordMapPage) ||
         (file.bytes.starts_with(kOlder) && file.bytes.find(kDrawingBeginning) != std::string_view::npos);
}

bool is_word_vectors(const FileBeginning& file) {
  const std::string_view header = first_line(file.bytes);  // "words dimensions"
  const Fields sizes = split(header, ' ');
  const auto words = count_in(sizes.front()), dimensions = count_in(sizes.back());
  if (sizes.size() != 2 || !words || !dimensions || header.size() == file.bytes.size()) return false;
  const std::string_view row = first_line(file.bytes.substr(header.size() + 1));
  Fields numbers = split(row.substr(0, row.find_last_not_of(' ') + 1), ' ');
  const bool text = numbers.size() > *dimensions &&
                    std::all_of(numbers.end() - static_cast<std::ptrdiff_t>(*dimensions), numbers.end(), is_number);
  // In the binary form there are a word and a space before each vector.
  const double binary = static_cast<double>(*words) * (2 + 4 * static_cast<double>(*dimensions));
  return text || static_cast<double>(file.size - header.size()) >= binary;
}

bool is_fasttext(const FileBeginning& file) {
  constexpr std::int32_t kMagic = 793712314;
  std::int32_t magic = 0;
  if (file.bytes.size() < sizeof magic) return false;
  std::memcpy(&magic, file.bytes.data(), sizeof magic);
  return magic == kMagic;
}

}  // namespace mana::cli
