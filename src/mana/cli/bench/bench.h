#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"

namespace mana::cli {

/// --repeat: how many passes are timed, one at least.
void describe_repeat(Options& options, std::size_t& repeat, const std::string& help);

/// What every bench over texts takes.
struct BenchOptions {
  TextInput input;
  std::size_t repeat = 3;
  bool json = false;

  void describe(Options& options);
  /// All of them, in memory. Throws ArgumentError when there is none.
  std::vector<std::string> texts() const;
};

/// Seconds of each pass.
struct Times {
  double best = 0;
  double median = 0;
  double total = 0;
  double p99 = 0;  ///< of a hundred passes, all but the slowest are as fast
};

/// At least one pass.
Times time_passes(std::size_t passes, const std::function<void()>& work);

/// The most memory that the process ever held, in MB (10^6 bytes).
double peak_rss_mb();

/// `amount` a second, of the best and of the median pass.
void add_rate(nlohmann::ordered_json& result, const std::string& unit, std::size_t amount, const Times& times);

/// A line for each member, or one JSON object.
void print_result(const nlohmann::ordered_json& result, bool json);

}  // namespace mana::cli
