#include "mana/hub/repository.h"

#include <gtest/gtest.h>

#include "mana/base/errors.h"

namespace mana::hub {
namespace {

TEST(Repository, HasAnOwnerAndAName) {
  const Repository repository = Repository::parse("sentence-transformers/all-MiniLM-L6-v2");
  EXPECT_EQ(repository, (Repository{"sentence-transformers", "all-MiniLM-L6-v2"}));
  EXPECT_EQ(repository.full_name(), "sentence-transformers/all-MiniLM-L6-v2");
  EXPECT_EQ(repository.folder_name(), "sentence-transformers--all-MiniLM-L6-v2");
  EXPECT_EQ(Repository::parse("BAAI/bge_small.v1.5").name, "bge_small.v1.5");
}

class BadName : public testing::TestWithParam<std::string> {};

TEST_P(BadName, IsRefused) { EXPECT_THROW(Repository::parse(GetParam()), ArgumentError); }

INSTANTIATE_TEST_SUITE_P(Repository, BadName,
                         testing::Values("", "/", "name", "owner/", "/name", "a/b/c", "../b", "a/..", "./b", "a/.b",
                                         "a/b.", "a/b..c", "a--b/c", "a/b--c", "-a/b", "a/b-", "a b/c", "a/b\n",
                                         "a/b?x", "a/b%2f", "a\\b/c", "a/\xC3\xA9", std::string("a/b\0c", 5),
                                         "a/" + std::string(97, 'x'), "https://huggingface.co/a/b"));

}  // namespace
}  // namespace mana::hub
