#include "mana/hub/environment.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "mana/base/errors.h"
#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

/// The variables are as they were at the end.
class EnvironmentTest : public testing::Test {
 protected:
  EnvironmentTest() {
    for (const char* name :
         {"HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HOME", "HF_HUB_CACHE",
          "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "XDG_CACHE_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(name);
    }
  }
  ~EnvironmentTest() override {
    for (const auto& [name, value] : before_) {
      if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
      else
        ::unsetenv(name.c_str());
    }
  }
  static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

  TemporaryFolder folder_;
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(EnvironmentTest, TheEndpointIsTheHubOrAMirror) {
  EXPECT_EQ(endpoint_from_environment(), "https://huggingface.co");
  set("HF_ENDPOINT", "https://mirror.example/hub//");
  EXPECT_EQ(endpoint_from_environment(), "https://mirror.example/hub");
  set("HF_ENDPOINT", "");
  EXPECT_EQ(endpoint_from_environment(), "https://huggingface.co");
  for (const char* bad : {"mirror.example", "file:///etc", "ftp://x"}) {
    set("HF_ENDPOINT", bad);
    EXPECT_THROW(endpoint_from_environment(), ArgumentError) << bad;
  }
  set("HF_ENDPOINT", "me:secret@mirror.example");
  EXPECT_THAT(endpoint_from_environment, ThrowsMessage<ArgumentError>(Not(HasSubstr("secret"))));
}

TEST_F(EnvironmentTest, TheTokenIsAVariableOrAFile) {
  EXPECT_EQ(token_from_environment(), "");
  set("HOME", folder_.path().string());
  EXPECT_EQ(token_from_environment(), "");
  write_text(folder_.path() / ".cache" / "huggingface" / "token", "of_home\n");
  EXPECT_EQ(token_from_environment(), "of_home");
  set("XDG_CACHE_HOME", (folder_.path() / "cache").string());
  write_text(folder_.path() / "cache" / "huggingface" / "token", "of_cache");
  EXPECT_EQ(token_from_environment(), "of_cache");
  set("HF_HOME", (folder_.path() / "hf").string());
  write_text(folder_.path() / "hf" / "token", "  of_hf \r\n");
  EXPECT_EQ(token_from_environment(), "of_hf");
  set("HF_TOKEN", " of_variable ");
  EXPECT_EQ(token_from_environment(), "of_variable");
}

TEST_F(EnvironmentTest, ATokenCannotSmuggleAHeader) {
  set("HF_TOKEN", "secret\r\nX-Evil: 1");
  EXPECT_THAT([] { token_from_environment(); },
              ThrowsMessage<ArgumentError>(testing::AllOf(HasSubstr("HF_TOKEN"), Not(HasSubstr("secret")))));
}

TEST_F(EnvironmentTest, TheTokensFileMayLieElsewhere) {
  write_text(folder_.path() / "secrets" / "hub token", "of_path\n");
  set("HOME", folder_.path().string());
  set("HF_TOKEN_PATH", "~/secrets/hub token");
  EXPECT_EQ(token_from_environment(), "of_path");
  set("HUGGING_FACE_HUB_TOKEN", "of_old_name");
  EXPECT_EQ(token_from_environment(), "of_old_name");
}

TEST_F(EnvironmentTest, OfflineIsWhatTheHubsToolsTakeForIt) {
  EXPECT_FALSE(offline_from_environment());
  for (const char* yes : {"1", "ON", "yes", "True"}) {
    set("HF_HUB_OFFLINE", yes);
    EXPECT_TRUE(offline_from_environment()) << yes;
  }
  set("TRANSFORMERS_OFFLINE", "1");
  set("HF_HUB_OFFLINE", "0");
  EXPECT_FALSE(offline_from_environment()) << "the first that is set counts";
  set("HF_HUB_OFFLINE", "");
  EXPECT_TRUE(offline_from_environment());
}

TEST_F(EnvironmentTest, TheCacheIsWhereTheHubsToolsKeepIt) {
  EXPECT_EQ(hugging_face_cache(), "");
  set("HOME", "/h");
  EXPECT_EQ(hugging_face_cache(), "/h/.cache/huggingface/hub");
  set("XDG_CACHE_HOME", "/x");
  EXPECT_EQ(hugging_face_cache(), "/x/huggingface/hub");
  set("HF_HOME", "$HOME/hf ${XDG_CACHE_HOME} $NOT_SET_ANYWHERE $");
  EXPECT_EQ(hugging_face_cache(), "/h/hf /x $NOT_SET_ANYWHERE $/hub");
  set("HUGGINGFACE_HUB_CACHE", "~/old");
  EXPECT_EQ(hugging_face_cache(), "/h/old");
  set("HF_HUB_CACHE", "with spaces/relative");
  EXPECT_EQ(hugging_face_cache(), "with spaces/relative");
}

}  // namespace
}  // namespace mana::hub
