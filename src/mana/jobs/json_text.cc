#include "mana/jobs/json_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace mana::jobs {

void append_number(std::string& json, float value) {
  if (!std::isfinite(value)) {
    json += "null";
    return;
  }
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  json.append(digits.data(), result.ptr);
}

void append_string(std::string& json, std::string_view text) {
  json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string shortest_text(double value) {
  std::string plain = fmt::format("{}", value);
  std::string scientific = fmt::format("{:e}", value);  // 2.000000e-05
  const std::size_t exponent = scientific.find('e');
  if (exponent == std::string::npos) return plain;
  std::string digits = scientific.substr(0, exponent);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  int power = 0;
  const char* const begin = scientific.data() + exponent + 1;
  std::from_chars(begin + (*begin == '+' ? 1 : 0), scientific.data() + scientific.size(), power);
  scientific = fmt::format("{}e{}", digits, power);
  const bool small = power < 0 && scientific.size() < plain.size();
  return small && std::strtod(scientific.c_str(), nullptr) == value ? scientific : plain;
}

}  // namespace mana::jobs
