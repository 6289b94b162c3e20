#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/program.h"
#include "mana/hub/test_hub.h"
#include "tests/support/source_path.h"

namespace mana::cli {

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

/// `mana pull` against a hub of our own; the environment is as it was at the end.
class PullCommand : public testing::Test {
 protected:
  PullCommand() {
    set("MANA_HOME", home_.path().string());
    set("HF_HOME", (home_.path() / "no-token").string());
    set("HF_ENDPOINT", hub_->url());
    set("HF_TOKEN", "");
    set("HF_HUB_OFFLINE", "");
    set("TRANSFORMERS_OFFLINE", "");
    set("no_proxy", "127.0.0.1,localhost");
    set("TERM", "dumb");
    serve(fixture_path("sentence_models/mean"));
  }
  ~PullCommand() override {
    for (const auto& [name, value] : before_) {
      if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
      else
        ::unsetenv(name.c_str());
    }
  }
  void set(const std::string& name, const std::string& value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  Outcome run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"mana", "pull"});
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.status = run_program(static_cast<int>(pointers.size()), pointers.data());
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
  }
  std::string folder() const { return (home_.path() / "models" / "owner--name").string(); }

  TemporaryFolder home_;
  /// The files of a tiny model.
  void serve(const std::filesystem::path& model) {
    hub_->files.clear();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(model)) {
      if (entry.is_regular_file()) {
        hub_->files[entry.path().lexically_relative(model).string()] = read_file(entry.path());
      }
    }
  }

  std::unique_ptr<hub::TestHub> hub_ = std::make_unique<hub::TestHub>();
  std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace mana::cli
