#include "mana/train/escaped_text.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <nlohmann/json.hpp>

namespace mana::train {
namespace {

/// On one line, whatever it holds.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return line;
}

}  // namespace

std::string plain_markdown(std::string_view text) {
  constexpr std::string_view kMarks = "\\|*`<[&";
  std::string out;
  for (const char c : one_line(text)) {
    if (kMarks.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string shell_word(std::string_view text) {
  const auto harmless = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./+@%,").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, harmless)) return std::string(text);
  std::string word = text.starts_with('-') ? "'./" : "'";
  for (const char c : one_line(text)) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string double_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string yaml_string(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto harmless = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
  };
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool is_plain = !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, harmless) &&
                        std::ranges::find(kWords, small) == std::end(kWords);
  return is_plain ? std::string(text) : double_quoted(text);
}

}  // namespace mana::train
