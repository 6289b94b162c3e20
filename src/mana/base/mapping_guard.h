#pragma once

#include <cstddef>
#include <filesystem>

/// A page of a mapped file that is no longer there, because another program cut the file short (`cp new old`) or its
/// disk fails, is not an error that a function returns: the processor stops at the instruction that reads it, deep in a
/// kernel, in whichever thread, and the system sends SIGBUS.
///
/// A program can only end then. The jump back of `siglongjmp` would leave out the destructors on the way, the locks and
/// the other threads of the team; pages of zeros in place of the lost ones would let wrong vectors out. What the
/// program was writing is as safe as when it is killed, which every writer is made for. What is left to do is to say
/// which file it was. The library only remembers where its files lie (MappedFile does); whether a signal is handled is
/// the program's affair.
namespace mana {

/// Remembers that `path` is mapped at `begin`. Thread-safe.
void guard_mapping(const void* begin, std::size_t size, const std::filesystem::path& path);
/// Forgets it: to be called before it is unmapped.
void forget_mapping(const void* begin) noexcept;

/// For a program, once at its start: a lost page of a guarded mapping ends it with exit status 1 and one sentence on
/// standard error that names the file. Any other SIGBUS ends it as if this had not been called.
void end_at_lost_pages();

}  // namespace mana
