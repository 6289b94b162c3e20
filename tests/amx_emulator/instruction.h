#pragma once

#include <cstdint>
#include <optional>

namespace mana::amx_emulator {

enum class Operation : std::uint8_t {
  ldtilecfg,
  tilerelease,
  tilezero,
  tileloadd,  ///< and TILELOADDT1, which differs in a hint
  tilestored,
  tdpbf16ps,
  tdpbssd,
  tdpbsud,
  tdpbusd,
  tdpbuud,
};

/// base + index · scale + displacement; a register is its number in the encoding (RAX 0, RCX 1, …, R15 15).
struct Address {
  static constexpr int kNone = -1, kNextInstruction = -2;
  int base = kNone;
  int index = kNone;
  unsigned scale = 1;
  std::int32_t displacement = 0;
};

struct Instruction {
  Operation operation;
  unsigned c = 0, a = 0, b = 0;  ///< tiles; of a load, a store or a clearing only c
  Address address;
  unsigned length = 0;
};

/// The AMX instruction (64-bit mode, VEX.128.0F38.W0) at `code`; nothing where there stands another. Reads no further
/// than the instruction goes.
std::optional<Instruction> decode(const std::uint8_t* code);

}  // namespace mana::amx_emulator
