#include "mana/cli/model/test_pull_command.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

namespace mana::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST_F(PullCommand, PrintsTheModelsFolder) {
  const Outcome first = run({"owner/name"});
  EXPECT_EQ(first.status, 0);
  EXPECT_EQ(first.out, folder() + "\n");
  EXPECT_EQ(first.err, "owner/name is ready: 0.1 MB, commit 11111111\n");
  EXPECT_EQ(read_file(folder() + "/config.json"), hub_->files.at("config.json"));
  EXPECT_EQ(run({"owner/name"}).err, "owner/name is up to date: commit 11111111\n");
  hub_.reset();
  const Outcome offline = run({"owner/name"});
  EXPECT_EQ(offline.status, 0);
  EXPECT_EQ(offline.err, "the hub cannot be reached; owner/name stays at commit 11111111\n");
}

TEST_F(PullCommand, PrintsJson) {
  const Outcome outcome = run({"owner/name", "--json", "--quiet"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, IsEmpty());
  const nlohmann::json object = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(object.at("repository"), "owner/name");
  EXPECT_EQ(object.at("revision"), "main");
  EXPECT_EQ(object.at("commit"), hub::kFirstCommit);
  EXPECT_EQ(object.at("status"), "downloaded");
  EXPECT_EQ(object.at("folder"), folder());
  EXPECT_GT(object.at("bytes"), 50'000);
}

TEST_F(PullCommand, AsksForARevision) {
  EXPECT_EQ(run({"owner/name", "--revision", "v2", "--quiet"}).status, 0);
  EXPECT_EQ(hub_->requests().at(0).target, "/api/models/owner/name/revision/v2?blobs=true");
}

TEST_F(PullCommand, TakesTheTokenOfTheEnvironment) {
  hub_->token = "secret";
  EXPECT_THAT(run({"owner/name"}).err, HasSubstr("set HF_TOKEN"));
  set("HF_TOKEN", "secret");
  EXPECT_EQ(run({"owner/name"}).status, 0);
}

TEST_F(PullCommand, WrongUsageIsTwoAndFailureIsOne) {
  EXPECT_EQ(run({}).status, 2);
  const Outcome name = run({"all-MiniLM-L6-v2"});
  EXPECT_EQ(name.status, 2);
  EXPECT_THAT(name.err, StartsWith("mana: \"all-MiniLM-L6-v2\" does not name a repository"));
  const Outcome missing = run({"owner/other"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, EndsWith("has no repository owner/other: check the name\n"));
  EXPECT_THAT(missing.out, IsEmpty());
}

TEST_F(PullCommand, RefusesAFamilyBeforeItsWeights) {
  hub_->files["config.json"] = R"({"model_type": "roberta", "architectures": ["RobertaModel"]})";
  const Outcome outcome = run({"owner/name"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("owner/name cannot be used here, so it is not installed: "));
  EXPECT_THAT(outcome.err, HasSubstr("model_type is 'roberta'; only 'bert' is supported"));
  EXPECT_EQ(hub_->downloads_of("model.safetensors"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

TEST_F(PullCommand, RefusesACrossEncoderBeforeItsWeights) {
  hub_->files.erase("modules.json");
  nlohmann::json config = nlohmann::json::parse(hub_->files.at("config.json"));
  config["architectures"] = {"BertForSequenceClassification"};
  hub_->files["config.json"] = config.dump();
  EXPECT_THAT(run({"owner/name"}).err, HasSubstr("BertForSequenceClassification is a classifier of texts or pairs"));
  EXPECT_EQ(hub_->downloads_of("model.safetensors"), 0);
}

TEST_F(PullCommand, IsReadyOnlyWhenVerifyFindsNothingWrong) {
  hub_->files.erase("1_Pooling/config.json");
  const Outcome outcome = run({"owner/name"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("1_Pooling/config.json"));
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

TEST_F(PullCommand, HeedsHfHubOffline) {
  set("HF_HUB_OFFLINE", "1");
  EXPECT_THAT(run({"owner/name"}).err, HasSubstr("nothing is asked of the hub"));
  EXPECT_TRUE(hub_->requests().empty());
}

}  // namespace
}  // namespace mana::cli
