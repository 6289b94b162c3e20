#pragma once

#include <optional>
#include <string>

#include "mana/cli/shell/options.h"
#include "mana/engine/encoder.h"

namespace mana::cli {

/// --threads: how many; 0 is one for each processor, as thread_count() has it. More than any machine has use for is
/// refused.
void describe_threads(Options& options, unsigned& threads,
                      const std::string& help = "Threads; 0 is one for each processor");
/// --isa
void describe_isa(Options& options, std::optional<kernels::Isa>& isa);

/// How a model computes: threads, precision, instruction set.
struct ComputeOptions {
  unsigned threads = 0;
  std::optional<kernels::Precision> precision;
  std::optional<kernels::Isa> isa;

  void describe(Options& options);
  void apply(engine::EncoderOptions& encoder) const;
};

}  // namespace mana::cli
