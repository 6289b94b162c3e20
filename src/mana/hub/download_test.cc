#include "mana/hub/download.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr RetryPolicy kImpatient{.attempts = 3, .first_delay = milliseconds(1), .longest_delay = milliseconds(2)};

/// A file on a server, and where it is to go.
class DownloadTest : public testing::Test {
 protected:
  DownloadTest() {
    ::setenv("no_proxy", "127.0.0.1,localhost", 1);
    hub_.files["a.json"] = "hello, hello";
    hub_.files["weights.safetensors"] = std::string(3'000'000, 'x');
  }

  RemoteFile remote(const std::string& name) const {
    const std::string& text = hub_.files.at(name);
    return {name, text.size(), Checksum{HashKind::sha256, sha256(text)}};
  }
  std::string url(const std::string& name) const {
    return hub_.url() + "/owner/name/resolve/" + hub_.commit + "/" + name;
  }
  HttpHead run(const RemoteFile& file, std::stop_token stop = {}) {
    HttpClient client({.origin = hub_.url(), .stall_timeout = std::chrono::seconds(5)});
    return download(
        client, url(file.path), file, target(), kImpatient, [&](std::uint64_t done) { done_.push_back(done); }, stop);
  }
  void expect_complete(const std::string& name) const {
    EXPECT_EQ(read_file(target()), hub_.files.at(name));
    EXPECT_FALSE(std::filesystem::exists(partial()));
  }
  void expect_nothing() const {
    EXPECT_FALSE(std::filesystem::exists(target()));
    EXPECT_FALSE(std::filesystem::exists(partial()));
  }
  std::filesystem::path target() const { return folder_.path() / "file"; }
  std::filesystem::path partial() const { return folder_.path() / "file.partial"; }
  std::string range_of(std::size_t request) const {
    const auto headers = hub_.requests().at(request).headers;
    return headers.contains("range") ? headers.at("range") : "";
  }

  TemporaryFolder folder_;
  TestHub hub_;
  std::vector<std::uint64_t> done_;
};

TEST_F(DownloadTest, WritesTheFile) {
  EXPECT_EQ(run(remote("a.json")).status, 200);
  expect_complete("a.json");
  EXPECT_EQ(done_.front(), 0U);
  EXPECT_EQ(done_.back(), 12U);
}

TEST_F(DownloadTest, GoesOnAfterABreakWhereItBroke) {
  hub_.deliver({.break_after = 5});
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(range_of(0), "");
  EXPECT_EQ(range_of(1), "bytes=5-");
  EXPECT_EQ(range_of(2), "bytes=10-");
}

TEST_F(DownloadTest, GoesOnWhereAKilledProcessStopped) {
  write_text(partial(), "hello, ");
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(range_of(0), "bytes=7-");
  EXPECT_EQ(done_.front(), 7U);
}

TEST_F(DownloadTest, BeginsAgainWhereTheServerCannotResume) {
  write_text(partial(), "hello, ");
  hub_.deliver({.ranges = false});
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(hub_.requests().size(), 1U);
}

TEST_F(DownloadTest, BeginsAgainWhenTheServerSendsAnotherPart) {
  write_text(partial(), "hello, ");
  hub_.replies["/owner/name/resolve/" + hub_.commit + "/a.json"] = {
      .status = 206, .headers = {{"Content-Range", "bytes 0-11/12"}}, .body = "hello, hello"};
  // The second request begins at 0, which is what this server always sends.
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(range_of(1), "");
}

TEST_F(DownloadTest, ACompletePartialFileNeedsNoNetwork) {
  write_text(partial(), "hello, hello");
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_TRUE(hub_.requests().empty());
}

TEST_F(DownloadTest, APartialFileThatIsTooLongIsNotOurs) {
  write_text(partial(), "hello, hello, hello");
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(range_of(0), "");
}

TEST_F(DownloadTest, APartialFileBeyondTheEndIsThrownAway) {
  write_text(partial(), "hello, hello, hello");
  RemoteFile file = remote("a.json");
  file.size.reset();
  run(file);
  expect_complete("a.json");
  EXPECT_EQ(range_of(0), "bytes=19-");
  EXPECT_EQ(range_of(1), "");
}

TEST_F(DownloadTest, AnEmptyFileIsAFile) {
  hub_.files["a.json"] = "";
  run(remote("a.json"));
  expect_complete("a.json");
}

TEST_F(DownloadTest, GivesUpAfterEnoughBreaks) {
  hub_.deliver({.break_after = 3});
  EXPECT_THROW(run(remote("a.json")), ConnectionLost);
  EXPECT_EQ(hub_.requests().size(), 3U);
  EXPECT_EQ(read_file(partial()), "hello, he");
}

TEST_F(DownloadTest, GivesUpWhenTheEndComesEarlyEachTime) {
  RemoteFile file = remote("a.json");
  file.size = 20;
  hub_.deliver({.ranges = false});
  EXPECT_THAT([&] { run(file); }, ThrowsMessage<ConnectionLost>(HasSubstr("ended after 12 of 20 bytes")));
}

TEST_F(DownloadTest, BreaksAreForgivenWhileThereIsProgress) {
  hub_.files["long.json"] = std::string(6'300'000, 'x');
  hub_.deliver({.break_after = 1'100'000});
  run(remote("long.json"));
  expect_complete("long.json");
  EXPECT_EQ(hub_.requests().size(), 6U);
}

TEST_F(DownloadTest, ABusyServerIsAskedAgain) {
  hub_.busy = 2;
  run(remote("a.json"));
  expect_complete("a.json");
  EXPECT_EQ(hub_.requests().size(), 3U);
}

TEST_F(DownloadTest, AServerThatStaysBusyHasTheLastWord) {
  hub_.busy = 100;
  EXPECT_EQ(run(remote("a.json")).status, 503);
  EXPECT_EQ(hub_.requests().size(), 3U);
}

TEST_F(DownloadTest, ALongWaitIsNotWaited) {
  hub_.replies["/owner/name/resolve/" + hub_.commit + "/a.json"] = {.status = 429, .headers = {{"Retry-After", "300"}}};
  EXPECT_EQ(run(remote("a.json")).status, 429);
  EXPECT_EQ(hub_.requests().size(), 1U);
}

TEST_F(DownloadTest, AMissingFileIsNotAskedForAgain) {
  EXPECT_EQ(run({"b.json", 12, {}}).status, 404);
  EXPECT_EQ(hub_.requests().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(DownloadTest, ALieAboutTheChecksumLeavesNothing) {
  hub_.sent_instead["a.json"] = "hello, jello";
  EXPECT_THAT([&] { run(remote("a.json")); }, ThrowsMessage<FormatError>(HasSubstr("arrived damaged: its SHA-256 is")));
  expect_nothing();
}

TEST_F(DownloadTest, AGitBlobIsChecked) {
  RemoteFile file = remote("a.json");
  file.checksum = Checksum{HashKind::git_blob, git_blob("hello, hello")};
  run(file);
  expect_complete("a.json");
  std::filesystem::remove(target());
  hub_.sent_instead["a.json"] = "hello, jello";
  EXPECT_THAT([&] { run(file); }, ThrowsMessage<FormatError>(HasSubstr("its git SHA-1 is")));
  expect_nothing();
}

TEST_F(DownloadTest, WithoutAListedChecksumTheOriginsHeaderCounts) {
  run({"weights.safetensors", {}, {}});
  expect_complete("weights.safetensors");
  std::filesystem::remove(target());
  hub_.sent_instead["weights.safetensors"] = std::string(3'000'000, 'y');
  EXPECT_THROW(run({"weights.safetensors", {}, {}}), FormatError);
  expect_nothing();

  const std::string target_of_b = "/owner/name/resolve/" + hub_.commit + "/b.json";
  hub_.replies[target_of_b] = {.headers = {{"ETag", "\"" + git_blob("right") + "\""}}, .body = "wrong"};
  EXPECT_THROW(run({"b.json", {}, {}}), FormatError);
  hub_.replies[target_of_b].body = "right";
  run({"b.json", {}, {}});
  EXPECT_EQ(read_file(target()), "right");
}

TEST_F(DownloadTest, MoreThanWasAnnouncedIsRefused) {
  RemoteFile file = remote("weights.safetensors");
  file.size = 1000;
  EXPECT_THAT([&] { run(file); }, ThrowsMessage<FormatError>(HasSubstr("longer than the 1000 bytes")));
  expect_nothing();
}

TEST_F(DownloadTest, ADiskThatIsFullKeepsWhatItHas) {
  // A limit on the size of files stands for the full disk: the write fails in the middle in the same way.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{.rlim_cur = 1'000'000, .rlim_max = before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_THAT([&] { run(remote("weights.safetensors")); }, ThrowsMessage<IoError>(HasSubstr("cannot write")));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(std::filesystem::file_size(partial()), 1'000'000U);
  run(remote("weights.safetensors"));
  expect_complete("weights.safetensors");
}

TEST_F(DownloadTest, OfUnknownLengthItDoesNotKeepAFullDiskFull) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{.rlim_cur = 1'000'000, .rlim_max = before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_THROW(run({"weights.safetensors", {}, {}}), IoError);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  expect_nothing();
}

TEST(Trickle, IsALostConnection) {
  ::setenv("no_proxy", "127.0.0.1,localhost", 1);
  TestServer server([](const TestRequest&) { return TestReply{.body = std::string(1000, 'x'), .trickle = true}; });
  HttpClient client({.origin = server.url(), .stall_timeout = std::chrono::seconds(1)});
  const auto ignore = [](const HttpHead&, std::span<const std::byte>) {};
  EXPECT_THROW(client.get(server.url() + "/file", 0, ignore, {}), ConnectionLost);
}

TEST_F(DownloadTest, APartialFileThatIsALinkIsNotFollowed) {
  write_text(folder_.path() / "precious", "mine");
  std::filesystem::create_symlink(folder_.path() / "precious", partial());
  EXPECT_THROW(run(remote("a.json")), IoError);
  EXPECT_EQ(read_file(folder_.path() / "precious"), "mine");
}

TEST_F(DownloadTest, ACancelledDownloadKeepsWhatItHas) {
  hub_.deliver({.break_after = 5, .stall = true});
  std::stop_source source;
  const std::jthread other([&] {
    while (!std::filesystem::exists(partial()) || std::filesystem::file_size(partial()) < 5) std::this_thread::yield();
    source.request_stop();
  });
  EXPECT_THROW(run(remote("a.json"), source.get_token()), Cancelled);
  EXPECT_EQ(read_file(partial()), "hello");
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(DownloadTest, ASmallAnswerHasALimit) {
  HttpClient client({.origin = hub_.url()});
  EXPECT_EQ(get_small(client, url("a.json"), 12, kImpatient, {}).body, "hello, hello");
  EXPECT_THROW(get_small(client, url("a.json"), 11, kImpatient, {}), FormatError);
  hub_.busy = 2;
  EXPECT_EQ(get_small(client, url("a.json"), 12, kImpatient, {}).body, "hello, hello");
  hub_.deliver({.break_after = 5});
  EXPECT_THROW(get_small(client, url("a.json"), 12, kImpatient, {}), ConnectionLost);
}

TEST(Retries, WaitLongerEachTimeUntilThereWereEnough) {
  using Clock = std::chrono::steady_clock;
  Retries retries({.attempts = 4, .first_delay = milliseconds(10), .longest_delay = milliseconds(20)});
  const auto begin = Clock::now();
  EXPECT_TRUE(retries.again({}));
  EXPECT_TRUE(retries.again({}));
  EXPECT_TRUE(retries.again({}));
  EXPECT_GE(Clock::now() - begin, milliseconds(10 + 20 + 20));
  EXPECT_FALSE(retries.again({}));
  retries.forget();
  EXPECT_TRUE(retries.again({}));
}

TEST(Retries, AWaitCanBeCancelled) {
  Retries retries({.attempts = 2, .first_delay = std::chrono::hours(1), .longest_delay = std::chrono::hours(1)});
  std::stop_source source;
  const std::jthread other([&] { source.request_stop(); });
  EXPECT_THROW(retries.again(source.get_token()), Cancelled);
}

}  // namespace
}  // namespace mana::hub
