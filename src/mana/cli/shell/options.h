#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/cli/shell/numbers.h"
#include "mana/jobs/json_text.h"

namespace mana::cli {

/// The command line cannot be understood: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// What the help of a command says beside its options.
struct CommandHelp {
  std::string_view name;      ///< "embed", "eval sts"
  std::string_view summary;   ///< one line
  std::string_view examples;  ///< lines as they would be typed
};

/// The options of one command, read from its arguments and from a TOML file; each is described once, and the help, the
/// reading and the messages follow. --help, --version, --config and --quiet are there for every command.
class Options {
 public:
  Options(CommandHelp help, std::vector<std::string> arguments);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// Those that are described from here on stand under this title in the help.
  void group(std::string title);

  void flag(const std::string& name, const std::string& help, bool& value);

  /// `value_name` stands for the value in the help: FILE, N, NAME. What `value` holds is the default. A text (a TEXT
  /// that is no UTF-8 is noted), a whole number or a real one; a number has to lie in `range`.
  template <class T>
  void option(const std::string& name, const std::string& value_name, const std::string& help, T& value,
              const Range& range = {}) {
    add(name, value_name, help, show(value),
        [name, range, &value](const std::string& text) { read(name, text, range, value); });
  }

  /// An option that takes one of a few names.
  template <class Value, class T>
  void choice(const std::string& name, const std::string& help,
              std::initializer_list<std::pair<std::string, Value>> choices, T& value) {
    std::string names;
    std::string chosen;
    for (const auto& [each, meaning] : choices) {
      names += (names.empty() ? "" : "|") + each;
      if (value == meaning) chosen = each;
    }
    add(name, names, help, chosen, [=, &value, known = std::vector(choices)](const std::string& text) {
      for (const auto& [each, meaning] : known) {
        if (each == text) {
          value = meaning;
          return;
        }
      }
      refuse(name, "one of " + names, text);
    });
  }

  /// Arguments without a name: exactly `count`, or any number.
  void arguments(const std::string& name, const std::string& help, std::vector<std::string>& values,
                 std::optional<std::size_t> count = {});

  /// The command cannot do without this option.
  void require(const std::string& name);

  /// Reads the arguments into the values described. What begins with a dash is an option, or refused, up to "--"; all
  /// that follows that is an argument without a name. False when there is nothing more to do: --help or --version was
  /// asked for and printed. Throws UsageError, one sentence that names the nearest option where one is near.
  bool parse();

  /// Whether an option was given, by an argument or in a file. After parse().
  bool given(const std::string& name) const;
  /// What would be ignored is refused: throws UsageError where one of these options was given and `served` is false,
  /// since they belong to `owner`: "--patience belongs to --eval-sts and its like".
  void refuse_unless(bool served, std::initializer_list<const char*> names, std::string_view owner) const;
  /// The same where they do not go with another that was given: "--width <reason>".
  void refuse_if(bool refused, std::initializer_list<const char*> names, std::string_view reason) const;

  /// The library knows a flag by another name than this option has.
  void known_as(const std::string& name, const std::string& flag);
  /// A sentence of the library with the flags of this command in place of the library's names: --max-drop for
  /// `max_drop`.
  std::string with_flags(std::string_view sentence) const;

  /// No progress and no notes on standard error.
  bool quiet() const;
  /// Where progress is shown: standard error, or nowhere (-1) where that is to be quiet.
  int terminal() const;

  /// Throws UsageError: "--threads takes a whole number, not 'x'".
  [[noreturn]] static void refuse(std::string_view name, std::string_view wanted, std::string_view got);

 private:
  struct Parser;

  static void read(const std::string&, const std::string& text, const Range&, std::string& value) { value = text; }
  template <std::unsigned_integral T>
  static void read(const std::string& name, const std::string& text, const Range& range, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) refuse(name, "a whole number", text);
    require_within(name, value, range);
  }
  template <std::floating_point T>
  static void read(const std::string& name, const std::string& text, const Range& range, T& value) {
    value = static_cast<T>(read_real(name, text, range));
  }
  template <class T>
  static void read(const std::string& name, const std::string& text, const Range& range, std::optional<T>& value) {
    read(name, text, range, value.emplace());
  }

  static std::string show(const std::string& value) { return value; }
  template <std::unsigned_integral T>
  static std::string show(T value) {
    return std::to_string(value);
  }
  template <std::floating_point T>
  static std::string show(T value) {
    return jobs::shortest_text(value);
  }
  template <class T>
  static std::string show(const std::optional<T>& value) {
    return value ? show(*value) : std::string();
  }

  void add(const std::string& name, const std::string& value_name, const std::string& help,
           const std::string& default_text, std::function<void(const std::string&)> set);

  std::unique_ptr<Parser> parser_;
};

}  // namespace mana::cli
