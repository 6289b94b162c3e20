#include "process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "mana/base/file.h"
#include "tests/support/source_path.h"

extern char** environ;  // NOLINT(readability-identifier-naming): POSIX calls it so

namespace mana::program {
namespace {

/// What the three standard streams of a new process are.
struct Streams {
  int input = -1;
  std::filesystem::path output;
  std::filesystem::path errors;
};

pid_t start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            const Streams& streams) {
  std::vector<std::string> words = {program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::vector<std::string> variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  std::vector<char*> envp;
  envp.reserve(variables.size() + 1);
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, streams.output.c_str(), kWrite, 0600);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, streams.errors.c_str(), kWrite, 0600);
  posix_spawnattr_t attributes;  // whoever started the tests may have had signals ignored, as a shell does by `&`
  ::posix_spawnattr_init(&attributes);
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::sigaddset(&signals, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t process = -1;
  const int error = ::posix_spawn(&process, words[0].c_str(), &actions, &attributes, argv.data(), envp.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(fmt::format("cannot start {}", words[0]));
  return process;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error("cannot wait for the program");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::filesystem::path program() { return MANA_PROGRAM; }

Outcome run(const Invocation& invocation) {
  const TemporaryFolder folder;
  write(folder / "input", invocation.input);
  const int input = ::open((folder / "input").c_str(), O_RDONLY | O_CLOEXEC);
  const std::filesystem::path output = invocation.output_to.value_or(folder / "output");
  const pid_t process = start(invocation.arguments, invocation.environment, {input, output, folder / "errors"});
  ::close(input);
  const int status = wait_for(process);
  return {status, invocation.output_to ? std::string() : read(output), read(folder / "errors")};
}

Outcome run(std::vector<std::string> arguments, std::string input) {
  return run(Invocation{std::move(arguments), std::move(input), std::nullopt, {}});
}

Outcome shell(const std::string& line) {
  const TemporaryFolder folder;
  write(folder / "line.sh",
        fmt::format("MANA='{}' MODEL='{}'\n{}\n", program().string(), small_model().string(), line));
  const int status = std::system(fmt::format("cd '{}'; sh line.sh >output 2>errors", folder.path().string()).c_str());
  return {WEXITSTATUS(status), read(folder / "output"), read(folder / "errors")};
}

Process::Process(const std::vector<std::string>& arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  input_ = ends[1];
  process_ = start(arguments, {}, {ends[0], folder_ / "output", folder_ / "errors"});
  ::close(ends[0]);
}

Process::~Process() {
  if (input_ >= 0) ::close(input_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Process::write(std::string_view text) const { write_all(input_, std::as_bytes(std::span(text)), "the pipe"); }

void Process::signal(int number) const { ::kill(process_, number); }

std::string Process::output() const { return read(folder_ / "output"); }

bool Process::blocks(int signal) const {
  std::ifstream status(fmt::format("/proc/{}/status", process_));
  constexpr std::string_view kMask = "SigBlk:";
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kMask)) continue;
    return (std::stoull(line.substr(kMask.size()), nullptr, 16) >> (signal - 1) & 1) != 0;
  }
  return false;
}

Outcome Process::finish() {
  ::close(std::exchange(input_, -1));
  return wait();
}

Outcome Process::wait() {
  const int status = wait_for(std::exchange(process_, -1));
  return {status, read(folder_ / "output"), read(folder_ / "errors")};
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

std::filesystem::path small_model(const std::string& name) { return fixture_path("sentence_models") / name; }

std::optional<std::filesystem::path> default_model() {
  const char* store = std::getenv("MANA_HOME");
  const char* home = std::getenv("HOME");
  if (store == nullptr && home == nullptr) return std::nullopt;
  const std::filesystem::path root = store != nullptr ? store : std::filesystem::path(home) / ".cache" / "mana";
  const std::filesystem::path folder = root / "models" / "all-MiniLM-L6-v2";
  return std::filesystem::exists(folder / "model.safetensors") ? std::optional(folder) : std::nullopt;
}

std::string read(const std::filesystem::path& path) { return read_file(path); }

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace mana::program
