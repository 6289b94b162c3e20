#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "mana/base/processors.h"
#include "mana/cli/bench/bench.h"
#include "mana/cli/bench/peak_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"

namespace mana::cli {

int bench_peak(Options& options) {
  unsigned threads = 0;
  std::size_t repeat = 5;
  bool json = false;
  describe_threads(options, threads, "Threads, beside one alone; 0 is one for each processor");
  describe_repeat(options, repeat, "Passes of 50 ms");
  options.flag("--json", "Print a JSON object", json);
  if (!options.parse()) return 0;
  threads = thread_count(threads);

  nlohmann::ordered_json peaks = nlohmann::ordered_json::array();
  std::string text = fmt::format("{:<7} {:<10} {:<17} {:>7} {:>16} {:>18}\n", "isa", "precision", "instruction",
                                 "threads", "best, GFLOP/s", "median, GFLOP/s");
  const kernels::Isa highest = kernels::choose_isa();
  for (const kernels::Isa isa : {kernels::Isa::avx2, kernels::Isa::avx512, kernels::Isa::amx}) {
    if (isa > highest) continue;
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
      const bool own =
          isa != kernels::Isa::amx || precision != kernels::Precision::f32;  // else that of the level below
      if (!own || !kernels::available(precision, isa)) continue;
      for (const unsigned count : std::set{1U, threads}) {
        Team team(count);
        const PeakRate rate = measure_peak(isa, precision, team, repeat);
        const std::string_view instruction = kernels::peak_loop(isa, precision).instruction;
        peaks.push_back({{"isa", kernels::name_of(isa)},
                         {"precision", kernels::name_of(precision)},
                         {"instruction", instruction},
                         {"threads", count},
                         {"gflops", rate.best / 1e9},
                         {"median_gflops", rate.median / 1e9}});
        text += fmt::format("{:<7} {:<10} {:<17} {:>7} {:>16.1f} {:>18.1f}\n", kernels::name_of(isa),
                            kernels::name_of(precision), instruction, count, rate.best / 1e9, rate.median / 1e9);
      }
    }
  }
  if (peaks.empty()) throw ArgumentError("there is no peak to measure: the kernels are the reference ones here");
  if (!json) {
    print(text);
  } else {
    print_json({{"bench", "peak"}, {"passes", repeat}, {"peaks", peaks}});
  }
  return 0;
}

}  // namespace mana::cli
