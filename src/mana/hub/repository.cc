#include "mana/hub/repository.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::hub {
namespace {

constexpr std::size_t kLongestPart = 96;

bool is_letter_or_digit(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

bool is_name_part(std::string_view part) {
  if (part.empty() || part.size() > kLongestPart) return false;
  const auto is_edge = [](char byte) { return is_letter_or_digit(byte) || byte == '_'; };
  const auto is_inner = [&](char byte) { return is_edge(byte) || byte == '-' || byte == '.'; };
  return is_edge(part.front()) && is_edge(part.back()) && std::ranges::all_of(part, is_inner) &&
         part.find("--") == std::string_view::npos && part.find("..") == std::string_view::npos;
}

}  // namespace

Repository Repository::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view owner = text.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  if (!is_name_part(owner) || !is_name_part(name)) {
    throw ArgumentError(fmt::format(
        "\"{}\" does not name a repository: write owner/name, for example sentence-transformers/all-MiniLM-L6-v2",
        text));
  }
  return {std::string(owner), std::string(name)};
}

std::string Repository::full_name() const { return fmt::format("{}/{}", owner, name); }

std::string Repository::folder_name() const { return fmt::format("{}--{}", owner, name); }

}  // namespace mana::hub
