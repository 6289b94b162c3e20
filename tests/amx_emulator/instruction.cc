#include "amx_emulator/instruction.h"

#include <cstring>

namespace mana::amx_emulator {
namespace {

/// Opcode and mandatory prefix (0, 66, F3, F2 as the VEX prefix counts them) of an operation with a memory operand or
/// with tiles only.
std::optional<Operation> operation_of(unsigned opcode, unsigned prefix, bool memory) {
  using enum Operation;
  switch (opcode << 8 | prefix << 4 | (memory ? 1U : 0U)) {
    case 0x4901: return ldtilecfg;
    case 0x4900: return tilerelease;
    case 0x4930: return tilezero;
    case 0x4b11:  // TILELOADDT1
    case 0x4b31: return tileloadd;
    case 0x4b21: return tilestored;
    case 0x5c20: return tdpbf16ps;
    case 0x5e00: return tdpbuud;
    case 0x5e10: return tdpbusd;
    case 0x5e20: return tdpbsud;
    case 0x5e30: return tdpbssd;
    default: return std::nullopt;
  }
}

/// The memory operand behind a ModRM byte with these fields; `code` moves behind it. `extend_*`: bit 3 of the register
/// numbers, from the prefix.
Address address_at(const std::uint8_t*& code, unsigned mod, unsigned rm, int extend_base, int extend_index) {
  Address address;
  bool wide = mod == 2;
  if (rm == 4) {
    const unsigned sib = *code++, index = sib >> 3 & 7, base = sib & 7;
    address.scale = 1U << (sib >> 6);
    if (index != 4 || extend_index != 0) address.index = static_cast<int>(index) + extend_index;
    if (base == 5 && mod == 0) {
      wide = true;
    } else {
      address.base = static_cast<int>(base) + extend_base;
    }
  } else if (rm == 5 && mod == 0) {
    address.base = Address::kNextInstruction;
    wide = true;
  } else {
    address.base = static_cast<int>(rm) + extend_base;
  }
  if (wide) {
    std::memcpy(&address.displacement, code, sizeof(address.displacement));
    code += sizeof(address.displacement);
  } else if (mod == 1) {
    address.displacement = static_cast<std::int8_t>(*code++);
  }
  return address;
}

}  // namespace

std::optional<Instruction> decode(const std::uint8_t* const code) {
  // C4, then R X B (inverted) and the opcode map 0F38, then W = 0, vvvv (inverted), L = 0 and the prefix.
  if (code[0] != 0xc4 || (code[1] & 0x1f) != 2 || (code[2] & 0x84) != 0) return std::nullopt;
  const auto extension = [&](unsigned bit) { return (code[1] & bit) == 0 ? 8 : 0; };
  const int extend_reg = extension(0x80), extend_index = extension(0x40), extend_base = extension(0x20);
  const unsigned mod = code[4] >> 6, reg = code[4] >> 3 & 7, rm = code[4] & 7, vvvv = ~code[2] >> 3 & 15;
  const std::optional<Operation> operation = operation_of(code[3], code[2] & 3, mod != 3);
  if (!operation) return std::nullopt;

  Instruction instruction{.operation = *operation, .c = reg, .a = rm, .b = vvvv, .address = {}};
  if (extend_reg != 0 || (mod == 3 && extend_base != 0)) return std::nullopt;  // there are eight tiles
  const bool moves_tile = *operation == Operation::tileloadd || *operation == Operation::tilestored;
  if (moves_tile && rm != 4) return std::nullopt;  // they need a SIB byte, for the stride
  const std::uint8_t* end = code + 5;
  if (mod != 3) instruction.address = address_at(end, mod, rm, extend_base, extend_index);
  instruction.length = static_cast<unsigned>(end - code);
  return instruction;
}

}  // namespace mana::amx_emulator
