#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/temporary_folder.h"

namespace mana::program {

/// What a run of the program left.
struct Outcome {
  int status = 0;      ///< the exit status; 128 + the signal that ended it
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

struct Invocation {
  std::vector<std::string> arguments;
  std::string input;                     ///< what standard input holds
  std::optional<std::string> output_to;  ///< a file instead of the captured standard output
  std::vector<std::string> environment;  ///< NAME=value, beside what the test's own environment holds
};

/// Where the program lies.
std::filesystem::path program();

/// `mana arguments…`, from beginning to end.
Outcome run(const Invocation& invocation);
Outcome run(std::vector<std::string> arguments, std::string input = {});

/// What `sh` makes of a line in which $MANA is the program and $MODEL a small model.
Outcome shell(const std::string& line);

/// A run that is still going on: its standard input is a pipe that the test holds.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void write(std::string_view text) const;
  void signal(int number) const;
  /// Whether the program has taken this signal into its own hands.
  bool blocks(int signal) const;
  /// What it has printed so far.
  std::string output() const;
  /// Closes standard input and waits for the end.
  Outcome finish();
  /// Waits for the end, standard input being open.
  Outcome wait();

 private:
  TemporaryFolder folder_;
  pid_t process_ = -1;
  int input_ = -1;
};

/// Waits until `condition` holds; false when it does not within ten seconds.
bool eventually(const std::function<bool()>& condition);

/// A model with two layers of 32, and other models made from it.
std::filesystem::path small_model(const std::string& name = "mean");
/// The default model, where it has been set up.
std::optional<std::filesystem::path> default_model();

std::string read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, std::string_view text);
std::vector<std::string> lines_of(std::string_view text);

}  // namespace mana::program
