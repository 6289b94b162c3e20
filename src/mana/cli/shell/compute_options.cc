#include "mana/cli/shell/compute_options.h"

namespace mana::cli {

void describe_threads(Options& options, unsigned& threads, const std::string& help) {
  options.option("--threads", "N", help, threads, {.most = 1024});
}

void describe_isa(Options& options, std::optional<kernels::Isa>& isa) {
  options.choice<kernels::Isa>("--isa", "The highest instruction set to use",
                               {{"reference", kernels::Isa::portable},
                                {"avx2", kernels::Isa::avx2},
                                {"avx512", kernels::Isa::avx512},
                                {"amx", kernels::Isa::amx}},
                               isa);
}

void ComputeOptions::describe(Options& options) {
  describe_threads(options, threads);
  options.choice<std::optional<kernels::Precision>>(
      "--precision",
      "Precision of the products; auto is what a packed model is meant for, else bf16 where that is fast, else f32",
      {{"auto", std::nullopt},
       {"f32", kernels::Precision::f32},
       {"bf16", kernels::Precision::bf16},
       {"int8", kernels::Precision::int8}},
      precision);
  describe_isa(options, isa);
}

void ComputeOptions::apply(engine::EncoderOptions& encoder) const {
  encoder.threads = threads;
  encoder.isa = isa;
  encoder.precision = precision;
}

}  // namespace mana::cli
