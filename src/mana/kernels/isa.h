#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace mana::kernels {

/// Instruction-set levels, each containing the ones before it. `avx512` uses VNNI and BF16 where the processor has
/// them; `amx` multiplies in bf16 and int8 on tiles.
enum class Isa { portable, avx2, avx512, amx };

/// "reference", "avx2", "avx512", "amx"; nothing for any other name.
std::optional<Isa> isa_named(std::string_view name);
std::string_view name_of(Isa isa);

/// The levels that this processor (and operating system) can run, lowest first; `portable` always is among them.
std::vector<Isa> available_isas();

/// The highest available level that is not above `cap`; without a cap, MANA_ISA of the environment is one.
/// Throws ArgumentError when MANA_ISA names no level.
Isa choose_isa(std::optional<Isa> cap = {});

}  // namespace mana::kernels
