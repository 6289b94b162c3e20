#include "mana/cli/shell/file_kinds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/cli/words/word_map.h"

namespace mana::cli {
namespace {

using Fields = std::vector<std::string_view>;

Fields split(std::string_view line, char separator) {
  Fields fields;
  for (std::size_t end = 0; end != line.npos;) {
    end = line.find(separator);
    fields.push_back(line.substr(0, end));
    line.remove_prefix(end == line.npos ? line.size() : end + 1);
  }
  return fields;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

bool are_all_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

bool is_number(std::string_view text) { return are_all_of(text, "0123456789+-.einfa"); }  // inf and nan, too

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(count) : std::nullopt;
}

/// Whether there is a line, and every line that the beginning has whole is `ours`.
bool every_line(const FileBeginning& file, const std::function<bool(std::string_view)>& ours) {
  std::string_view rest = file.bytes;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    if (!ours(rest.substr(0, end))) return false;
    rest.remove_prefix(end + 1);
  }
  const bool broken_off = file.bytes.size() < file.size;
  return rest.size() < file.bytes.size() ? rest.empty() || broken_off : broken_off && ours(rest);
}

/// The same key, or one that a pattern's star stands for: "negative*" is negative, negative_1, negative_2, …
bool matches(std::string_view pattern, std::string_view key) {
  if (!pattern.ends_with('*')) return pattern == key;
  pattern.remove_suffix(1);
  if (!key.starts_with(pattern)) return false;
  key.remove_prefix(pattern.size());
  return key.empty() || (key.front() == '_' && count_in(key.substr(1)));
}

/// Whether these are the names, in their order: "text?" may be missing, "negative*" may stand there many times.
bool are_named(const Fields& names, std::initializer_list<std::string_view> patterns) {
  auto name = names.begin();
  for (std::string_view pattern : patterns) {
    const bool may_be_missing = pattern.ends_with('?');
    if (may_be_missing) pattern.remove_suffix(1);
    const bool fits = name != names.end() && matches(pattern, *name);
    if (!fits && !may_be_missing) return false;
    if (fits) ++name;
    while (fits && pattern.ends_with('*') && name != names.end() && matches(pattern, *name)) ++name;
  }
  return name == names.end();
}

/// The same of the keys of a line's object.
bool has_keys(std::string_view line, std::initializer_list<std::string_view> patterns) {
  try {
    const json::Document row = json::Document::parse(line, "");
    if (!row.root().is_object()) return false;
    Fields keys;
    for (const auto& [key, value] : row.root().object()) keys.push_back(key);
    return are_named(keys, patterns);
  } catch (const FormatError&) {
    return false;
  }
}

}  // namespace

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
    return has_keys(line, {"text?", "embedding", "tokens", "truncated"});
  });
}

bool is_embedding_table(const FileBeginning& file) {
  const std::size_t columns = split(first_line(file.bytes), '\t').size();
  return every_line(file, [&](std::string_view line) {
    const Fields fields = split(line, '\t');
    return fields.size() == columns && std::ranges::all_of(fields, is_number);
  });
}

bool is_token_counts(const FileBeginning& file) {
  return every_line(file, [](std::string_view line) { return has_keys(line, {"tokens", "truncated"}); });
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
  return file.bytes.starts_with(kPageBeginning) && file.bytes.find(kDrawingBeginning) != std::string_view::npos;
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
