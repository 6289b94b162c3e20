#include "mana/hub/hub.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "mana/base/errors.h"
#include "mana/hub/http.h"
#include "mana/hub/installation.h"
#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

const std::string kListTarget = "/api/models/owner/name/revision/main?blobs=true";

HubOptions options_for(const std::string& endpoint) {
  return {.endpoint = endpoint,
          .retries = {.attempts = 3, .first_delay = milliseconds(1), .longest_delay = milliseconds(2)},
          .connect_timeout = std::chrono::seconds(5),
          .stall_timeout = std::chrono::seconds(5)};
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.push_back(entry.path().lexically_relative(folder).string());
  }
  return names;
}

class PullTest : public testing::Test {
 protected:
  PullTest() { ::setenv("no_proxy", "127.0.0.1,localhost", 1); }

  PullResult run(const std::string& revision = "main", std::stop_token stop = {}) {
    HubOptions options = options_for(hub_->url());
    options.token = token_;
    return pull(
        store_, repository_, revision, options, [&](const PullProgress& p) { progress_.push_back(p); }, stop);
  }
  template <class Failure>
  void expect_failure(const std::string& part, const std::string& revision = "main") {
    EXPECT_THAT([&] { run(revision); }, ThrowsMessage<Failure>(HasSubstr(part)));
  }
  std::string content(const std::string& file) const { return read_file(folder() / file); }
  std::filesystem::path folder() const { return store_.root() / "owner--name"; }
  std::filesystem::path staged() const { return store_.root() / ".staging" / "owner--name" / hub_->commit; }

  TemporaryFolder home_;
  Store store_{home_.path() / "models"};
  Repository repository_{"owner", "name"};
  std::string token_;
  std::unique_ptr<TestHub> hub_ = std::make_unique<TestHub>();
  std::vector<PullProgress> progress_;  // the names of the files in it are gone
};

TEST_F(PullTest, PutsAModelIntoTheStore) {
  const PullResult result = run();
  EXPECT_EQ(result.status, PullStatus::downloaded);
  EXPECT_EQ(result.folder, folder());
  EXPECT_EQ(result.commit, kFirstCommit);
  EXPECT_EQ(store_.resolve("owner/name"), folder());
  EXPECT_THAT(files_in(folder()),
              UnorderedElementsAre(".mana-pull.json", "1_Pooling/config.json", "README.md", "config.json",
                                   "model.safetensors", "modules.json", "tokenizer.json"));
  EXPECT_EQ(content("model.safetensors"), hub_->files.at("model.safetensors"));
  EXPECT_EQ(content("1_Pooling/config.json"), hub_->files.at("1_Pooling/config.json"));
  EXPECT_FALSE(std::filesystem::exists(staged()));
  EXPECT_THAT(store_.names(), ElementsAre("owner/name"));
  EXPECT_EQ(hub_->requests().at(0).target, kListTarget);
}

TEST_F(PullTest, ReportsProgressUpToTheTotal) {
  const PullResult result = run();
  ASSERT_FALSE(progress_.empty());
  std::uint64_t before = 0;
  for (const PullProgress& progress : progress_) {
    EXPECT_GE(progress.done, before);
    EXPECT_EQ(progress.total, result.bytes);
    before = progress.done;
  }
  EXPECT_EQ(progress_.back().done, result.bytes);
  EXPECT_GT(result.bytes, 300'000U);
}

TEST_F(PullTest, LeavesAnUnchangedModelAlone) {
  run();
  const auto written = std::filesystem::last_write_time(folder() / ".mana-pull.json");
  const std::size_t requests = hub_->requests().size();
  EXPECT_EQ(run().status, PullStatus::up_to_date);
  EXPECT_EQ(hub_->requests().size(), requests + 1);
  EXPECT_EQ(std::filesystem::last_write_time(folder() / ".mana-pull.json"), written);
}

TEST_F(PullTest, ACommitThatIsThereNeedsNoNetwork) {
  run();
  const std::size_t requests = hub_->requests().size();
  EXPECT_EQ(run(kFirstCommit).status, PullStatus::up_to_date);
  EXPECT_EQ(hub_->requests().size(), requests);
}

TEST_F(PullTest, WorksOfflineOnceTheModelIsThere) {
  run();
  HubOptions offline = options_for(hub_->url());
  hub_.reset();
  const PullResult result = pull(store_, repository_, "main", offline);
  EXPECT_EQ(result.status, PullStatus::unreachable);
  EXPECT_EQ(result.commit, kFirstCommit);
  EXPECT_THROW(pull(store_, repository_, "v2", offline), ConnectionLost);
  EXPECT_THROW(pull(store_, {"owner", "other"}, "main", offline), ConnectionLost);
}

TEST_F(PullTest, ARevisionIsRememberedUnderItsLastName) {
  run(kFirstCommit);
  EXPECT_EQ(PullRecord::read(folder())->revision, kFirstCommit);
  EXPECT_EQ(run("main").status, PullStatus::up_to_date);
  EXPECT_EQ(PullRecord::read(folder())->revision, "main");
}

TEST_F(PullTest, ANewCommitTakesThePlaceOfTheOld) {
  run();
  hub_->commit = kSecondCommit;
  hub_->files["config.json"] = R"({"model_type": "bert", "changed": true})";
  hub_->files.erase("1_Pooling/config.json");
  const PullResult result = run();
  EXPECT_EQ(result.status, PullStatus::downloaded);
  EXPECT_EQ(result.commit, kSecondCommit);
  EXPECT_THAT(content("config.json"), HasSubstr("changed"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "1_Pooling"));
  EXPECT_THAT(store_.names(), ElementsAre("owner/name"));
  EXPECT_THAT(files_in(store_.root() / ".staging"), ElementsAre("owner--name.lock"));
  EXPECT_EQ(hub_->downloads_of("config.json"), 2) << "has changed";
  EXPECT_EQ(hub_->downloads_of("tokenizer.json"), 1) << "has not changed";
}

TEST_F(PullTest, ADamagedModelIsMadeWhole) {
  run();
  std::filesystem::remove(folder() / "config.json");
  write_text(folder() / "tokenizer.json", "longer than before");
  EXPECT_EQ(run().status, PullStatus::downloaded);
  EXPECT_EQ(content("config.json"), hub_->files.at("config.json"));
  EXPECT_EQ(content("tokenizer.json"), "{}");
}

TEST_F(PullTest, AFolderOfSomebodyElseIsLeftAlone) {
  write_text(folder() / "config.json", "mine");
  expect_failure<ArgumentError>("is in the way");
  EXPECT_EQ(content("config.json"), "mine");
  EXPECT_TRUE(hub_->requests().empty());
}

TEST_F(PullTest, AnInterruptedPullGoesOn) {
  hub_->deliver({.break_after = 100'000, .stall = true});
  std::stop_source source;
  {
    const std::jthread other([&] {
      const std::filesystem::path partial = staged() / "model.safetensors.partial";
      std::error_code error;
      while (std::filesystem::file_size(partial, error) < 100'000 || error)
        std::this_thread::sleep_for(milliseconds(1));
      source.request_stop();
    });
    EXPECT_THROW(run("main", source.get_token()), Cancelled);
  }
  EXPECT_THAT(store_.names(), IsEmpty());
  hub_->deliver({});
  progress_.clear();
  const PullResult result = run();
  EXPECT_EQ(content("model.safetensors"), hub_->files.at("model.safetensors"));
  EXPECT_EQ(hub_->requests().back().headers.at("range"), "bytes=100000-");
  EXPECT_EQ(hub_->downloads_of("config.json"), 1);
  EXPECT_EQ(progress_.back().kept, 100'000 + result.bytes - 300'000)
      << "all the small files and a third of the weights";
}

TEST_F(PullTest, AKilledProcessLeavesWorkThatTheNextTakesUp) {
  hub_.reset();  // the child must be made while there is one thread only
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char endpoint[64] = "";
    if (::read(ends[0], endpoint, sizeof endpoint - 1) > 0) {
      try {
        pull(store_, repository_, "main", options_for(endpoint));
      } catch (const Error&) {
      }
    }
    ::_exit(1);  // it should have been killed before
  }
  hub_ = std::make_unique<TestHub>();
  hub_->deliver({.break_after = 100'000, .stall = true});
  ASSERT_GT(::write(ends[1], hub_->url().c_str(), hub_->url().size()), 0);
  const std::filesystem::path partial = staged() / "model.safetensors.partial";
  std::error_code error;
  while (std::filesystem::file_size(partial, error) < 100'000 || error) {
    ASSERT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "the child has ended by itself";
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_THAT([&] { const Staging second(store_, repository_); },
              ThrowsMessage<ArgumentError>(HasSubstr("another process is pulling owner/name")));
  ::kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_THAT(store_.names(), IsEmpty());

  hub_->deliver({});
  EXPECT_EQ(run().status, PullStatus::downloaded);
  EXPECT_EQ(content("model.safetensors"), hub_->files.at("model.safetensors"));
  EXPECT_EQ(hub_->requests().back().headers.at("range"), "bytes=100000-");
}

TEST_F(PullTest, BreaksAndBusyServersAreRiddenOut) {
  hub_->busy = 2;
  hub_->deliver({.break_after = 120'000});
  run();
  EXPECT_EQ(content("model.safetensors"), hub_->files.at("model.safetensors"));
}

TEST_F(PullTest, ALieAboutAChecksumIsAnErrorAndLeavesNoModel) {
  hub_->sent_instead["model.safetensors"] = std::string(300'000, 'v');
  expect_failure<FormatError>("model.safetensors arrived damaged");
  EXPECT_THAT(store_.names(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(staged() / "model.safetensors.partial"));
  hub_->sent_instead.clear();
  EXPECT_EQ(run().status, PullStatus::downloaded);
}

TEST_F(PullTest, AFailedUpdateLeavesTheOldModel) {
  run();
  hub_->commit = kSecondCommit;
  hub_->files["config.json"] = "new";
  hub_->sent_instead["config.json"] = "lie";
  expect_failure<FormatError>("config.json arrived damaged");
  EXPECT_EQ(content("config.json"), R"({"model_type": "bert"})");
  EXPECT_EQ(PullRecord::read(folder())->commit, kFirstCommit);
}

TEST_F(PullTest, AMirrorThatSaysNeitherSizesNorChecksumsWillDo) {
  hub_->sizes_and_checksums = false;
  run();
  EXPECT_EQ(content("model.safetensors"), hub_->files.at("model.safetensors"));
  EXPECT_EQ(progress_.back().total, std::nullopt);
  EXPECT_EQ(run().status, PullStatus::up_to_date);
}

TEST_F(PullTest, TheTokenOpensAPrivateRepositoryAndGoesNowhereElse) {
  hub_->token = "secret";
  expect_failure<IoError>("set HF_TOKEN");
  token_ = "wrong";
  expect_failure<IoError>("does not accept the access token");
  token_ = "secret";
  run();
  int away = 0;
  for (const TestRequest& request : hub_->requests()) {
    if (!request.target.starts_with("/cdn/")) continue;
    ++away;
    EXPECT_FALSE(request.headers.contains("authorization"));
  }
  EXPECT_EQ(away, 1);
}

TEST_F(PullTest, ARefusalSaysWhatToDo) {
  const std::map<std::string, std::string> gated = {{"X-Error-Code", "GatedRepo"}};
  hub_->replies[kListTarget] = {.status = 403, .headers = gated};
  expect_failure<IoError>("owner/name is gated: accept its terms on " + hub_->url() + "/owner/name");
  hub_->replies[kListTarget] = {.status = 403};
  token_ = "secret";
  EXPECT_THAT([&] { run(); }, ThrowsMessage<IoError>(AllOf(HasSubstr("403"), Not(HasSubstr("secret")))));
  hub_->replies[kListTarget] = {.status = 404};
  expect_failure<ArgumentError>("has no repository owner/name");
  hub_->replies[kListTarget] = {.status = 404, .headers = {{"X-Error-Code", "RevisionNotFound"}}};
  expect_failure<ArgumentError>("owner/name has no revision \"main\"");
  hub_->replies[kListTarget] = {.status = 429};
  expect_failure<IoError>("too many requests");
  hub_->replies[kListTarget] = {.status = 500};
  expect_failure<IoError>("answers 500 for owner/name");
  hub_->replies[kListTarget] = {.body = "<html>Welcome to the airport</html>"};
  expect_failure<FormatError>("the hub's description of owner/name");
  hub_->replies.clear();
  hub_->replies["/owner/name/resolve/" + kFirstCommit + "/modules.json"] = {.status = 404};
  expect_failure<ArgumentError>("has no file modules.json");
}

TEST_F(PullTest, ARefusedPullLeavesNothing) {
  hub_->replies[kListTarget] = {.status = 404};
  expect_failure<ArgumentError>("has no repository");
  hub_->replies.clear();
  hub_->files.erase("model.safetensors");
  hub_->files.erase("pytorch_model.bin");
  expect_failure<FormatError>("has no safetensors weights");
  EXPECT_TRUE(std::filesystem::is_empty(home_.path()));
}

TEST_F(PullTest, ConfigurationsComeFirstAndMayRefuseTheWeights) {
  hub_->files["modules.json"] =
      R"([{"path": "", "type": "x.Transformer"}, {"path": "parts/pooling", "type": "x.Pooling"}])";
  hub_->files["parts/pooling/config.json"] = "{}";
  bool has_modules = false;
  const ModelChecks refusing = {.configuration = [&](const std::filesystem::path& encoder, bool modules) {
    has_modules = modules;
    throw FormatError("model_type is '" + read_file(encoder / "config.json") + "'");
  }};
  const auto run_with = [&](const ModelChecks& checks) {
    return pull(store_, repository_, "main", options_for(hub_->url()), {}, {}, checks);
  };
  EXPECT_THAT(
      [&] { run_with(refusing); },
      ThrowsMessage<FormatError>(HasSubstr("owner/name cannot be used here, so it is not installed: model_type")));
  EXPECT_TRUE(has_modules);
  EXPECT_EQ(hub_->requests().size(), 3U) << "the list, modules.json, config.json";
  EXPECT_THAT(store_.names(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(staged()));

  bool checked = false;
  run_with({.whole = [&](const std::filesystem::path& model) {
    checked = true;
    EXPECT_TRUE(std::filesystem::exists(model / "parts/pooling/config.json"));
    EXPECT_FALSE(std::filesystem::exists(model / "1_Pooling"));
    EXPECT_FALSE(std::filesystem::exists(folder())) << "not yet";
  }});
  EXPECT_TRUE(checked);
}

TEST_F(PullTest, WhatCannotBeUsedIsNotInstalled) {
  const ModelChecks refusing = {.whole = [](const std::filesystem::path&) { throw FormatError("it is broken"); }};
  EXPECT_THAT([&] { pull(store_, repository_, "main", options_for(hub_->url()), {}, {}, refusing); },
              ThrowsMessage<FormatError>(HasSubstr("it is broken")));
  EXPECT_THAT(store_.names(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(staged()));
}

TEST_F(PullTest, TheShardsOfAnIndexAreFetched) {
  hub_->files["model.safetensors.index.json"] = R"({"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}})";
  hub_->files["one.safetensors"] = "1";
  hub_->files["two.safetensors"] = "2";
  hub_->files["three.safetensors"] = "3";
  hub_->files.erase("model.safetensors");
  run();
  EXPECT_EQ(content("two.safetensors"), "2");
  EXPECT_FALSE(std::filesystem::exists(folder() / "three.safetensors"));
}

TEST_F(PullTest, OfflineNothingIsAsked) {
  HubOptions offline = options_for(hub_->url());
  offline.offline = true;
  EXPECT_THAT([&] { pull(store_, repository_, "main", offline); },
              ThrowsMessage<IoError>(HasSubstr("HF_HUB_OFFLINE says that nothing is asked")));
  EXPECT_TRUE(hub_->requests().empty());
  run();
  const std::size_t requests = hub_->requests().size();
  EXPECT_EQ(pull(store_, repository_, "main", offline).status, PullStatus::offline);
  EXPECT_THROW(pull(store_, repository_, "v2", offline), IoError);
  EXPECT_EQ(hub_->requests().size(), requests);
}

TEST_F(PullTest, AHostileListIsRefused) {
  hub_->files["../../escape.json"] = "x";
  expect_failure<FormatError>("outside of the repository");
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "escape.json"));
  EXPECT_THAT(store_.names(), IsEmpty());
}

TEST_F(PullTest, AModelLargerThanTheDiskIsNotBegun) {
  hub_->replies[kListTarget] = {
      .body = fmt::format(
          R"({{"sha": "{}", "siblings": [{{"rfilename": "model.safetensors", "lfs": {{"sha256": "{}", "size": {}}}}}]}})",
          kFirstCommit, std::string(64, 'a'), std::uint64_t{1} << 40)};
  if (std::filesystem::space(home_.path()).available >= (std::uint64_t{1} << 40))
    GTEST_SKIP() << "the disk is too large";
  expect_failure<IoError>("needs 1099512 MB more");
  EXPECT_EQ(hub_->requests().size(), 1U);
}

TEST_F(PullTest, ARevisionTravelsEscaped) {
  hub_->replies["/api/models/owner/name/revision/refs%2Fpr%2F1?blobs=true"] = {
      .status = 404, .headers = {{"X-Error-Code", "RevisionNotFound"}}};
  expect_failure<ArgumentError>("owner/name has no revision \"refs/pr/1\"", "refs/pr/1");
  for (const std::string revision : {"", "a b", "a\nb"}) {
    expect_failure<ArgumentError>("the revision must be", revision);
  }
  expect_failure<ArgumentError>("the revision must be", std::string(256, 'x'));
}

TEST_F(PullTest, AStoreThatCannotBeWrittenIsNamed) {
  write_text(home_.path() / "models", "a file where the folder should be");
  expect_failure<IoError>("cannot make the folder");
}

TEST(PullRecord, ReadsWhatItWrote) {
  const TemporaryFolder folder;
  EXPECT_FALSE(PullRecord::read(folder.path()).has_value());
  const PullRecord record{"owner/name", "main", kFirstCommit, {{"config.json", 2}, {"1_Pooling/config.json", 3}}};
  record.write(folder.path());
  const auto read = PullRecord::read(folder.path());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->repository, "owner/name");
  EXPECT_EQ(read->revision, "main");
  EXPECT_EQ(read->commit, kFirstCommit);
  EXPECT_EQ(read->files, record.files);
  EXPECT_FALSE(read->is_complete(folder.path()));
  write_text(folder.path() / "config.json", "{}");
  write_text(folder.path() / "1_Pooling" / "config.json", "{ }");
  EXPECT_TRUE(read->is_complete(folder.path()));

  write_text(folder.path() / ".mana-pull.json", "{\"repository\": 1");
  EXPECT_FALSE(PullRecord::read(folder.path()).has_value());
}

}  // namespace
}  // namespace mana::hub
