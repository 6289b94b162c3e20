#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/shell/options.h"

// What CLI11 does not do as we want it: for options.cc alone.
namespace mana::cli {

/// " (did you mean --model?)", or nothing.
std::string suggestion(std::string_view word, const CLI::App& app);

/// Reads a TOML file in which keys at the top are for every command and those in a section for the command of its name:
/// `threads = 2`, `[embed]`, `[eval.sts]`. A key that the command does not have is an error, not passed over.
class CommandSections : public CLI::ConfigTOML {
 public:
  explicit CommandSections(const CLI::App& app) : app_(app) {}
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

 private:
  const CLI::App& app_;
};

/// "--model" of "--model=small"; anything else is no name, but a text with a dash in front.
std::string name_in(const std::string& argument);

/// The arguments of a command line apart. CLI11 sees the options only: a text is a text, whatever it begins with or
/// looks like (CLI11 takes "[a, b]" for two of them and "-hello" for -h).
struct SplitArguments {
  std::vector<std::string> options;  ///< with their values
  std::vector<std::string> others;
  std::optional<std::string> unknown;  ///< the first that begins like an option, but is none
};

SplitArguments split(const std::vector<std::string>& arguments, const CLI::App& app);

/// --help, --version, --config and --quiet.
void describe_common(CLI::App& app, bool& quiet);

/// The sentence with the flag of each name that stands between grave accents; a name without a flag stays as it is.
std::string replace_names(std::string_view sentence,
                          const std::function<std::optional<std::string>(const std::string& name)>& flag_of);

}  // namespace mana::cli
