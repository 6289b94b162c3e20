#include "mana/cli/shell/program.h"

#include <fmt/format.h>

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/mapping_guard.h"
#include "mana/cli/shell/command_search.h"
#include "mana/cli/shell/command_table.h"
#include "mana/cli/shell/failure_report.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/signals.h"
#include "mana/cli/shell/standard_descriptors.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/version.h"

namespace mana::cli {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kClosedPipe = 141;  // what a shell shows for a program that SIGPIPE ended

bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }

/// What the library says of options, it says by the names that they have there.
int run(const Command& command, Options& options) {
  try {
    return command.run(options);
  } catch (const UsageError&) {
    throw;
  } catch (const jobs::OptionError& error) {
    throw UsageError(options.with_flags(error.what()));
  } catch (const ArgumentError& error) {
    // What begins with the name of an option is a value that no model of this kind takes.
    const std::string said = options.with_flags(error.what());
    if (said.starts_with("--") && std::string_view(error.what()).starts_with('`')) throw UsageError(said);
    throw Error(said);
  } catch (const Error& error) {
    throw Error(options.with_flags(error.what()));
  }
}

int dispatch(std::span<const std::string> arguments) {
  if (arguments.empty()) {
    throw UsageError("a command is missing, for instance: mana embed \"some text\"; see mana --help");
  }
  if (arguments.front() == "help" && arguments.size() > 1) {  // mana help embed
    std::vector<std::string> turned(arguments.begin() + 1, arguments.end());
    turned.emplace_back("--help");
    return dispatch(turned);
  }
  if (asks_for_help(arguments.front()) || arguments.front() == "help") {
    print(overview(arguments.front() == "-h" ? HelpLength::brief : HelpLength::whole));
    return kDone;
  }
  if (arguments.front() == "--version") {
    print(fmt::format("mana {}\n", jobs::version()));
    return kDone;
  }
  if (arguments.size() > 1 && asks_for_help(arguments[1]) && !commands_below(arguments.front()).empty()) {
    print(group_help(arguments.front()));  // mana train --help
    return kDone;
  }
  for (const Command& command : commands()) {
    const std::size_t words = words_matched(command.help.name, arguments);
    if (words == 0) continue;
    const auto rest = arguments.subspan(words);
    Options options(command.help, {rest.begin(), rest.end()});
    return run(command, options);
  }
  refuse_command(arguments);
}

}  // namespace

int run_program(int argument_count, char** arguments) {
  hold_closed_descriptors();
  take_signals_as_errors();
  end_at_lost_pages();
  report_what_cannot_be_caught();
  try {
    return dispatch(std::vector<std::string>(arguments + 1, arguments + argument_count));
  } catch (const ClosedPipe&) {
    return kClosedPipe;
  } catch (const UsageError& error) {
    report_failure(error);
    return kUsage;
  } catch (const std::exception& error) {
    report_failure(error);
    return kFailed;
  }
}

}  // namespace mana::cli
