#pragma once

#include <signal.h>

namespace mana::amx_emulator {

/// While one lives, the AMX instructions of every thread are executed by software, each where the processor refuses it:
/// the kernels under test run as they are, machine code and all. A processor with AMX never refuses, so nothing changes
/// there. What is no AMX instruction, or a wrong one, goes to the handler before.
///
/// Each instruction costs a trap, some microseconds. Needs Linux on x86-64 and fused multiply-adds.
class Emulator {
 public:
  Emulator();
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

 private:
  struct sigaction before_ = {};
};

}  // namespace mana::amx_emulator
