#include "mana/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "mana/cli/nearest.h"
#include "mana/cli/output.h"
#include "mana/cli/version.h"

namespace mana::cli {
namespace {

/// " (did you mean --model?)", or nothing.
std::string suggestion(std::string_view word, const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) names.push_back("--" + option->get_lnames().front());
  }
  const std::optional<std::string> name = nearest(word, names);
  return name ? fmt::format(" (did you mean {}?)", *name) : "";
}

/// Reads a TOML file in which keys at the top are for every command and those in a section for the command of its name:
/// `threads = 2`, `[embed]`, `[eval.sts]`. A key that the command does not have is an error, not passed over.
class CommandSections : public CLI::ConfigTOML {
 public:
  explicit CommandSections(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> kept;
    for (CLI::ConfigItem& item : CLI::ConfigTOML::from_config(input)) {
      const bool marks_section = item.name == "++" || item.name == "--";
      const std::string section = CLI::detail::join(item.parents, " ");
      if (marks_section || (!section.empty() && "mana " + section != app_.get_name())) continue;
      const std::string option = "--" + item.name;
      if (app_.get_option_no_throw(option) == nullptr) {
        throw UsageError(fmt::format("{}: {} has no option {}{}", app_.get_config_ptr()->as<std::string>(),
                                     app_.get_name(), option, suggestion(option, app_)));
      }
      item.parents.clear();
      kept.push_back(std::move(item));
    }
    return kept;
  }

 private:
  const CLI::App& app_;
};

std::string examples_of(const CommandHelp& help) {
  std::string text = help.examples.find('\n') == std::string_view::npos ? "Example:\n  " : "Examples:\n  ";
  for (const char letter : help.examples) text += letter == '\n' ? std::string("\n  ") : std::string(1, letter);
  return text;
}

}  // namespace

struct Options::Parser {
  Parser(const CommandHelp& help, std::vector<std::string> given)
      : app(std::string(help.summary), fmt::format("mana {}", help.name)), arguments(std::move(given)) {
    app.set_help_flag("-h,--help", "Print this help");
    app.set_version_flag("--version", fmt::format("mana {}", kVersion), "Print the version");
    app.set_config("--config", "", "Read options from a TOML file: model = \"…\", threads = 2")->type_name("FILE");
    app.config_formatter(std::make_shared<CommandSections>(app));
    app.add_flag("--quiet", quiet, "No progress and no notes on standard error");
    app.footer(examples_of(help));
  }

  struct Positional {
    std::string name;
    const std::vector<std::string>* values = nullptr;
    std::optional<std::size_t> count;
  };

  std::string title = "Options";
  Positional positional;
  bool quiet = false;
  CLI::App app;
  std::vector<std::string> arguments;
};

Options::Options(CommandHelp help, std::vector<std::string> arguments)
    : parser_(std::make_unique<Parser>(help, std::move(arguments))) {}

Options::~Options() = default;

void Options::group(std::string title) { parser_->title = std::move(title); }

void Options::flag(const std::string& name, const std::string& help, bool& value) {
  parser_->app.add_flag(name, value, help)->group(parser_->title);
}

void Options::add(const std::string& name, const std::string& value_name, const std::string& help,
                  const std::string& default_text, std::function<void(const std::string&)> set) {
  const std::string described = default_text.empty() ? help : fmt::format("{} (default: {})", help, default_text);
  const auto callback = [set = std::move(set)](const CLI::results_t& results) {
    set(results.front());
    return true;
  };
  parser_->app.add_option(name, callback, described)->type_name(value_name)->group(parser_->title);
}

void Options::arguments(const std::string& name, const std::string& help, std::vector<std::string>& values,
                        std::optional<std::size_t> count) {
  parser_->app.add_option(name, values, help)->type_name("")->expected(0, CLI::detail::expected_max_vector_size);
  parser_->positional = {name, &values, count};
}

void Options::require(const std::string& name) { parser_->app.get_option(name)->required(); }

bool Options::parse() {
  CLI::App& app = parser_->app;
  const auto fail = [&](const std::string& what) {
    throw UsageError(fmt::format("{}; see {} --help", what, app.get_name()));
  };
  try {
    std::vector<std::string> reversed(parser_->arguments.rbegin(), parser_->arguments.rend());  // as CLI11 takes them
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    print(app.help());
    return false;
  } catch (const CLI::CallForVersion& version) {
    print(fmt::format("{}\n", version.what()));
    return false;
  } catch (const CLI::ArgumentMismatch& error) {
    // CLI11's sentence begins with the option: "--model: 1 required NAME missing".
    const std::string_view sentence = error.what();
    fail(fmt::format("{} takes one value", sentence.substr(0, sentence.find(':'))));
  } catch (const CLI::FileError& error) {
    throw IoError(fmt::format("cannot read the file of --config: {}", error.what()));
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> unknown = app.remaining();
    if (unknown.empty()) fail(error.what());
    const std::string& first = unknown.front();
    if (!first.starts_with('-')) fail(fmt::format("{} does not take the argument '{}'", app.get_name(), first));
    const std::string name = first.substr(0, first.find('='));
    fail(fmt::format("{} has no option {}{}", app.get_name(), name, suggestion(name, app)));
  }
  const auto& [name, values, count] = parser_->positional;
  if (count && values->size() != *count) {
    fail(fmt::format("{} takes {} {} ({}), not {}", app.get_name(), *count, *count == 1 ? "argument" : "arguments",
                     name, values->size()));
  }
  return true;
}

bool Options::quiet() const { return parser_->quiet; }

void Options::refuse(std::string_view name, std::string_view wanted, std::string_view got) {
  throw UsageError(fmt::format("{} takes {}, not '{}'", name, wanted, got));
}

}  // namespace mana::cli
