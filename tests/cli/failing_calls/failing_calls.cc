// Loaded into a program before all else (LD_PRELOAD), makes one of its calls to the system fail: MANA_FAIL=KIND:N the
// N-th of that kind, and of writes every one from there on, as on a full disk. What came to pass goes to the file
// MANA_FAIL_LOG: "failed" where the call came, and how many of each kind there were at the end of main.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

enum Kind { kMemory, kWrite, kSync, kRename, kMap, kThread, kKinds };
constexpr const char* kNames[kKinds] = {"memory", "write", "sync", "rename", "map", "thread"};

std::atomic<long> counts[kKinds];
std::atomic<bool> in_main = false;
Kind chosen = kKinds;
long number = 0;
int (*program)(int, char**, char**) = nullptr;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void log(const char* line) {
  const char* const path = std::getenv("MANA_FAIL_LOG");
  if (path == nullptr) return;
  const long file = ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::syscall(SYS_write, file, line, std::strlen(line));
  ::syscall(SYS_close, file);
}

bool fails(Kind kind) {
  if (!in_main) return false;
  const long count = ++counts[kind];
  if (kind != chosen || count < number || (count > number && kind != kWrite)) return false;
  if (count == number) log("failed\n");
  return true;
}

int run(int argument_count, char** arguments, char** environment) {
  if (const char* const fail = std::getenv("MANA_FAIL")) {
    for (int kind = 0; kind < kKinds; ++kind) {
      const std::size_t length = std::strlen(kNames[kind]);
      if (std::strncmp(fail, kNames[kind], length) == 0 && fail[length] == ':') {
        chosen = static_cast<Kind>(kind);
        number = std::atol(fail + length + 1);
      }
    }
  }
  in_main = true;
  const int status = program(argument_count, arguments, environment);
  in_main = false;
  for (int kind = 0; kind < kKinds; ++kind) {
    char line[64];
    std::snprintf(line, sizeof line, "%s %ld\n", kNames[kind], counts[kind].load());
    log(line);
  }
  return status;
}

template <class Result>
Result refuse(int error, Result result) {
  errno = error;
  return result;
}

}  // namespace

#pragma GCC visibility push(default)  // what takes the place of others must be seen from outside
extern "C" {

using Main = int(int, char**, char**);

int __libc_start_main(Main* main, int argument_count, char** arguments, void (*begin)(), void (*end)(),
                      void (*loader_end)(), void* stack_end) {
  program = main;
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  return next<Start>("__libc_start_main")(run, argument_count, arguments, begin, end, loader_end, stack_end);
}

void* malloc(std::size_t size) { return fails(kMemory) ? refuse<void*>(ENOMEM, nullptr) : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
  return fails(kMemory) ? refuse<void*>(ENOMEM, nullptr) : __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  return fails(kMemory) ? refuse<void*>(ENOMEM, nullptr) : __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails(kMemory) ? refuse<void*>(ENOMEM, nullptr) : __libc_memalign(alignment, size);
}
int posix_memalign(void** place, std::size_t alignment, std::size_t size) {
  void* const memory = aligned_alloc(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *place = memory;
  return 0;
}

// What people read on standard error has its own way to fail: in silence.
ssize_t write(int file, const void* bytes, std::size_t size) {
  return file != STDERR_FILENO && fails(kWrite) ? refuse<ssize_t>(ENOSPC, -1) : ::syscall(SYS_write, file, bytes, size);
}
ssize_t writev(int file, const iovec* pieces, int count) {
  return file != STDERR_FILENO && fails(kWrite) ? refuse<ssize_t>(ENOSPC, -1)
                                                : ::syscall(SYS_writev, file, pieces, count);
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
  return fails(kWrite) ? refuse<ssize_t>(ENOSPC, -1) : ::syscall(SYS_pwrite64, file, bytes, size, offset);
}
int fsync(int file) { return fails(kSync) ? refuse(EIO, -1) : static_cast<int>(::syscall(SYS_fsync, file)); }
int fdatasync(int file) { return fails(kSync) ? refuse(EIO, -1) : static_cast<int>(::syscall(SYS_fdatasync, file)); }
int rename(const char* from, const char* to) {
  return fails(kRename) ? refuse(EIO, -1) : static_cast<int>(::syscall(SYS_rename, from, to));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return fails(kRename) ? refuse(EIO, -1)
                        : static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
void* mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) {
  if (fails(kMap)) return refuse(ENOMEM, MAP_FAILED);
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*work)(void*), void* argument) {
  if (fails(kThread)) return EAGAIN;
  return next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create")(thread, attributes,
                                                                                                 work, argument);
}

}  // extern "C"
#pragma GCC visibility pop
