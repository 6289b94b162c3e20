#include "mana/cli/shell/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/cli/shell/broken_texts.h"
#include "mana/cli/shell/command_line.h"
#include "mana/cli/shell/help_text.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

/// Stands for values that are read as text, not as bytes as a file's name is.
constexpr std::string_view kText = "TEXT";

}  // namespace

struct Options::Parser {
  Parser(const CommandHelp& about, std::vector<std::string> given)
      : help(about), app(std::string(about.summary), fmt::format("mana {}", about.name)), arguments(std::move(given)) {
    describe_common(app, quiet);
  }

  struct Positional {
    std::string name;
    std::vector<std::string>* values = nullptr;
    std::optional<std::size_t> count;
  };

  CommandHelp help;
  std::string title = "Options";
  Positional positional;
  bool quiet = false;
  std::map<std::string, std::string> flags = {{"isa", "--isa"}};  // by the library's names; that any command may meet
  CLI::App app;
  std::vector<std::string> arguments;
  std::vector<std::string> broken_options;  // whose TEXT is no UTF-8
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
  const bool is_text = value_name == kText;
  const auto callback = [this, name, is_text, set = std::move(set)](const CLI::results_t& results) {
    if (is_text && !is_utf8(results.front())) parser_->broken_options.push_back(name);
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
  const bool whole = std::ranges::find(apart.options, "--help") != apart.options.end();
  try {
    std::ranges::reverse(apart.options);  // as CLI11 takes them
    app.parse(std::move(apart.options));
  } catch (const CLI::CallForHelp&) {
    print(help_text(app, parser_->help, whole ? HelpLength::whole : HelpLength::brief, line_width()));
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
  if (parser_->quiet) return true;
  for (const std::string& option : parser_->broken_options) note_broken_text(option);
  if (name == kText) {
    note_broken_texts(*values);
    note_names_of_files(*values, app.get_option_no_throw("--input") != nullptr);
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

void Options::refuse_if(bool refused, std::initializer_list<const char*> names, std::string_view reason) const {
  for (const char* const name : names) {
    if (!refused || !given(name)) continue;
    throw UsageError(fmt::format("{} {}; see {} --help", name, reason, parser_->app.get_name()));
  }
}

void Options::known_as(const std::string& name, const std::string& flag) { parser_->flags[name] = flag; }

std::string Options::with_flags(std::string_view sentence) const {
  return replace_names(sentence, [this](const std::string& name) -> std::optional<std::string> {
    const auto other = parser_->flags.find(name);
    std::string flag = other == parser_->flags.end() ? "--" + name : other->second;
    std::ranges::replace(flag, '_', '-');
    const bool known = other != parser_->flags.end() || parser_->app.get_option_no_throw(flag) != nullptr;
    return known ? std::optional(flag) : std::nullopt;
  });
}

bool Options::quiet() const { return parser_->quiet; }
int Options::terminal() const { return quiet() ? -1 : STDERR_FILENO; }

void Options::refuse(std::string_view name, std::string_view wanted, std::string_view got) {
  throw UsageError(fmt::format("{} takes {}, not '{}'", name, wanted, got));
}

}  // namespace mana::cli
