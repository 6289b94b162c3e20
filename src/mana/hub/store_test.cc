#include "mana/hub/store.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "mana/base/errors.h"
#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;

class StoreTest : public testing::Test {
 protected:
  void add(const std::string& name) { write_text(store_.root() / name / "config.json", "{}"); }
  void expect_error(const std::string& model, const std::string& part) {
    EXPECT_THAT([&] { store_.resolve(model); }, ThrowsMessage<ArgumentError>(HasSubstr(part))) << model;
  }

  TemporaryFolder folder_;
  Store store_{folder_.path() / "models"};
};

TEST_F(StoreTest, FindsAFolderByItsPath) {
  write_text(folder_.path() / "mine" / "config.json", "{}");
  EXPECT_EQ(store_.resolve((folder_.path() / "mine").string()), folder_.path() / "mine");
}

TEST_F(StoreTest, FindsAModelByItsName) {
  add("all-MiniLM-L6-v2");
  add("owner--name");
  EXPECT_EQ(store_.resolve("all-MiniLM-L6-v2"), store_.root() / "all-MiniLM-L6-v2");
  EXPECT_EQ(store_.resolve("owner/name"), store_.root() / "owner--name");
  EXPECT_EQ(store_.resolve("owner--name"), store_.root() / "owner--name");
  EXPECT_EQ(store_.folder_of(Repository::parse("owner/name")), store_.root() / "owner--name");
}

TEST_F(StoreTest, TheOwnerMayBeLeftOutWhereItIsClear) {
  add("one--name");
  add("one--other");
  EXPECT_EQ(store_.resolve("name"), store_.root() / "one--name");
  add("two--name");
  expect_error("name", "choose one of one/name, two/name");
  add("name");
  EXPECT_EQ(store_.resolve("name"), store_.root() / "name");
}

TEST_F(StoreTest, ListsItsModels) {
  EXPECT_THAT(store_.names(), IsEmpty());
  add("owner--name");
  add("mine");
  add("--odd");
  add(".staging");
  write_text(store_.root() / "file", "");
  std::filesystem::create_directory_symlink(store_.root() / "mine", store_.root() / "linked");
  EXPECT_THAT(store_.names(), ElementsAre("--odd", "linked", "mine", "owner/name"));
  for (const std::string& name : store_.names()) EXPECT_NO_THROW(store_.resolve(name)) << name;
}

TEST_F(StoreTest, NamesNeverLeaveIt) {
  add("owner--name");
  write_text(folder_.path() / "secret" / "config.json", "{}");
  std::filesystem::create_directories(store_.root() / ".staging");
  // None of these is a folder as seen from where the tests run, so only the store could find them.
  for (const char* name : {"../secret", "owner--name/../../secret", ".staging", "./secret", "/nowhere/secret"}) {
    EXPECT_THROW(store_.resolve(name), ArgumentError) << name;
  }
  EXPECT_THROW(store_.resolve(std::string("owner--name\0x", 13)), ArgumentError);
  expect_error("", "empty");
}

TEST_F(StoreTest, SaysWhatToDoAboutAMissingModel) {
  expect_error("owner/name", "run \"mana pull owner/name\"");
  expect_error("all-MiniLM-L6-v2", "run ./quickstart");
  expect_error("elsewhere", "mana pull owner/name");
  EXPECT_THAT([&] { store_.resolve("elsewhere"); }, ThrowsMessage<ArgumentError>(Not(HasSubstr("there:"))));
}

TEST_F(StoreTest, ShowsWhatIsThereWhileThatIsShort) {
  add("one");
  add("owner--name");
  expect_error("elsewhere", "(there: one, owner/name)");
  for (int i = 0; i < 10; ++i) add(fmt::format("model{}", i));
  EXPECT_THAT([&] { store_.resolve("elsewhere"); },
              ThrowsMessage<ArgumentError>(AllOf(HasSubstr("elsewhere"), Not(HasSubstr("there:")))));
}

TEST(StoreFromEnvironment, FollowsManaHomeThenHome) {
  const char* home = std::getenv("HOME");
  const std::string old_home = home == nullptr ? "" : home;
  const char* mana = std::getenv("MANA_HOME");
  const std::string old_mana = mana == nullptr ? "" : mana;

  ::setenv("MANA_HOME", "/somewhere", 1);
  EXPECT_EQ(Store::from_environment().root(), "/somewhere/models");
  ::setenv("MANA_HOME", "", 1);
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(Store::from_environment().root(), "/home/me/.cache/mana/models");
  ::unsetenv("MANA_HOME");
  ::unsetenv("HOME");
  EXPECT_THROW(Store::from_environment(), ArgumentError);

  if (home != nullptr) ::setenv("HOME", old_home.c_str(), 1);
  if (mana != nullptr) ::setenv("MANA_HOME", old_mana.c_str(), 1);
}

}  // namespace
}  // namespace mana::hub
