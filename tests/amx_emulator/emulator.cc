#include "amx_emulator/emulator.h"

#include <ucontext.h>

#include "amx_emulator/instruction.h"
#include "amx_emulator/tile_unit.h"

namespace mana::amx_emulator {
namespace {

constinit thread_local TileUnit tile_unit{};
struct sigaction next_handler = {};

/// Register `number` as instructions count them.
std::uint64_t register_of(const ucontext_t& context, int number) {
  constexpr int kGreg[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                           REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[kGreg[number]]);
}

bool execute(const Instruction& instruction, const ucontext_t& context) {
  const Address& address = instruction.address;
  std::uint64_t base = static_cast<std::uint64_t>(std::int64_t{address.displacement}), stride = 0;
  if (address.base >= 0) base += register_of(context, address.base);
  if (address.base == Address::kNextInstruction) {
    base += static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RIP]) + instruction.length;
  }
  if (address.index >= 0) stride = register_of(context, address.index) * address.scale;
  auto* memory = reinterpret_cast<std::uint8_t*>(base);
  const auto step = static_cast<std::ptrdiff_t>(stride);
  const unsigned c = instruction.c, a = instruction.a, b = instruction.b;
  switch (instruction.operation) {
    case Operation::ldtilecfg: return tile_unit.configure(memory);
    case Operation::tilerelease: return tile_unit.release(), true;
    case Operation::tilezero: return tile_unit.zero(c);
    case Operation::tileloadd: return tile_unit.load(c, memory, step);
    case Operation::tilestored: return tile_unit.store(c, memory, step);
    case Operation::tdpbf16ps: return tile_unit.add_bf16_products(c, a, b);
    case Operation::tdpbssd: return tile_unit.add_byte_products(c, a, b, true, true);
    case Operation::tdpbsud: return tile_unit.add_byte_products(c, a, b, true, false);
    case Operation::tdpbusd: return tile_unit.add_byte_products(c, a, b, false, true);
    case Operation::tdpbuud: return tile_unit.add_byte_products(c, a, b, false, false);
  }
  return false;
}

void on_illegal_instruction(int signal, siginfo_t* info, void* raw_context) {
  auto& context = *static_cast<ucontext_t*>(raw_context);
  auto& instruction_pointer = context.uc_mcontext.gregs[REG_RIP];
  const auto instruction = decode(reinterpret_cast<const std::uint8_t*>(instruction_pointer));
  if (instruction && execute(*instruction, context)) {
    instruction_pointer += instruction->length;
    return;
  }
  if ((next_handler.sa_flags & SA_SIGINFO) != 0) return next_handler.sa_sigaction(signal, info, raw_context);
  if (next_handler.sa_handler != SIG_DFL && next_handler.sa_handler != SIG_IGN) return next_handler.sa_handler(signal);
  sigaction(signal, &next_handler, nullptr);  // the instruction, tried again, meets the system's own answer
}

}  // namespace

Emulator::Emulator() {
  struct sigaction action = {};
  action.sa_sigaction = on_illegal_instruction;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGILL, &action, &before_);
  next_handler = before_;
}

Emulator::~Emulator() { sigaction(SIGILL, &before_, nullptr); }

}  // namespace mana::amx_emulator
