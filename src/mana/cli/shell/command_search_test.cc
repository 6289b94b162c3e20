#include "mana/cli/shell/command_search.h"

#include <gtest/gtest.h>

#include "mana/cli/shell/command_table.h"

namespace mana::cli {
namespace {

TEST(Overview, NamesEveryCommand) {
  const std::string text = overview(HelpLength::whole);
  for (const Command& command : commands()) {
    EXPECT_NE(text.find(std::string("\n  ").append(command.help.name).append(" ")), std::string::npos)
        << command.help.name;
  }
}

}  // namespace
}  // namespace mana::cli
