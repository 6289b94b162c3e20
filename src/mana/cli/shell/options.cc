#include "mana/cli/shell/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "mana/base/printable.h"
#include "mana/cli/shell/nearest.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/version.h"

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
    for (const char byte : std::string_view("\xEF\xBB\xBF")) {  // a byte order mark is passed over
      if (input.peek() == static_cast<unsigned char>(byte)) input.get();
    }
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

/// "--model" of "--model=small"; anything else is no name, but a text with a dash in front.
std::string name_in(const std::string& argument) {
  const std::size_t end = std::min(argument.find('='), argument.size());
  const bool plain = std::all_of(argument.begin(), argument.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return printable(plain ? argument.substr(0, end) : argument);
}

/// The arguments of a command line apart. CLI11 sees the options only: a text is a text, whatever it begins with or
/// looks like (CLI11 takes "[a, b]" for two of them and "-hello" for -h).
struct SplitArguments {
  std::vector<std::string> options;  ///< with their values
  std::vector<std::string> others;
  std::optional<std::string> unknown;  ///< the first that begins like an option, but is none
};

SplitArguments split(const std::vector<std::string>& arguments, const CLI::App& app) {
  SplitArguments apart;
  for (auto each = arguments.begin(); each != arguments.end(); ++each) {
    if (*each == "--") {
      apart.others.insert(apart.others.end(), each + 1, arguments.end());
      break;
    }
    if (!each->starts_with('-') || *each == "-") {
      apart.others.push_back(*each);
      continue;
    }
    const CLI::Option* const option =
        each->starts_with("--") || *each == "-h" ? app.get_option_no_throw(each->substr(0, each->find('='))) : nullptr;
    if (option == nullptr) {
      if (!apart.unknown) apart.unknown = *each;
      continue;
    }
    apart.options.push_back(*each);
    const bool takes_value = option->get_items_expected_max() > 0 && each->find('=') == std::string::npos;
    if (takes_value && each + 1 != arguments.end()) apart.options.push_back(*++each);
  }
  return apart;
}

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
    std::vector<std::string>* values = nullptr;
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
  const auto& [name, values, count] = parser_->positional;
  const auto fail = [&](const std::string& what, const std::string& more = {}) {
    throw UsageError(fmt::format("{}; see {} --help{}", what, app.get_name(), more));
  };
  SplitArguments apart = split(parser_->arguments, app);
  if (apart.unknown) {
    const std::string option = name_in(*apart.unknown);
    fail(fmt::format("{} has no option {}{}", app.get_name(), option, suggestion(option, app)),
         values == nullptr ? ""
                           : fmt::format(", or put it after -- if it is no option: {} -- \"{}\"", app.get_name(),
                                         printable(*apart.unknown)));
  }
  if (values == nullptr && !apart.others.empty()) {
    fail(fmt::format("{} does not take the argument '{}'", app.get_name(), printable(apart.others.front())));
  }
  try {
    std::ranges::reverse(apart.options);  // as CLI11 takes them
    app.parse(std::move(apart.options));
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
    fail(error.what());
  }
  if (values != nullptr) *values = std::move(apart.others);
  if (count && values->size() != *count) {
    fail(fmt::format("{} takes {} {} ({}), not {}", app.get_name(), *count, *count == 1 ? "argument" : "arguments",
                     name, values->size()));
  }
  return true;
}

bool Options::given(const std::string& name) const { return parser_->app.get_option(name)->count() > 0; }

void Options::refuse_unless(bool served, std::initializer_list<const char*> names, std::string_view owner) const {
  for (const char* const name : names) {
    if (served || !given(name)) continue;
    throw UsageError(
        fmt::format("{} belongs to {}, which was not given; see {} --help", name, owner, parser_->app.get_name()));
  }
}

bool Options::quiet() const { return parser_->quiet; }

int Options::terminal() const { return quiet() ? -1 : STDERR_FILENO; }

void Options::refuse(std::string_view name, std::string_view wanted, std::string_view got) {
  throw UsageError(fmt::format("{} takes {}, not '{}'", name, wanted, got));
}

}  // namespace mana::cli
