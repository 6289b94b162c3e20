#include "mana/cli/shell/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/printable.h"
#include "mana/cli/shell/nearest.h"
#include "mana/cli/shell/options.h"
#include "mana/jobs/version.h"

namespace mana::cli {

std::string suggestion(std::string_view word, const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) names.push_back("--" + option->get_lnames().front());
  }
  const std::optional<std::string> name = nearest(word, names);
  return name ? fmt::format(" (did you mean {}?)", *name) : "";
}

std::vector<CLI::ConfigItem> CommandSections::from_config(std::istream& input) const {
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

std::string name_in(const std::string& argument) {
  const std::size_t end = std::min(argument.find('='), argument.size());
  const bool plain = std::all_of(argument.begin(), argument.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return printable(plain ? argument.substr(0, end) : argument);
}

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

void describe_common(CLI::App& app, bool& quiet) {
  app.set_help_flag("-h,--help", "Print this help; -h the short one");
  app.set_version_flag("--version", fmt::format("mana {}", jobs::version()), "Print the version");
  app.set_config("--config", "", "Read options from a TOML file: model = \"…\", threads = 2")->type_name("FILE");
  app.config_formatter(std::make_shared<CommandSections>(app));
  app.add_flag("--quiet", quiet, "No progress and no notes on standard error");
}

std::string replace_names(std::string_view sentence,
                          const std::function<std::optional<std::string>(const std::string& name)>& flag_of) {
  std::string said;
  while (true) {
    const std::size_t begin = sentence.find('`');
    const std::size_t end = begin == sentence.npos ? sentence.npos : sentence.find('`', begin + 1);
    if (end == sentence.npos) return said += sentence;
    const auto flag = flag_of(std::string(sentence.substr(begin + 1, end - begin - 1)));
    said += sentence.substr(0, begin);
    said += flag ? *flag : std::string(sentence.substr(begin, end - begin));  // the second accent may begin a name
    sentence.remove_prefix(flag ? end + 1 : end);
  }
}

}  // namespace mana::cli
