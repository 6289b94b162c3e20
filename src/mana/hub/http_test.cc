#include "mana/hub/http.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <thread>

#include "mana/hub/test_server.h"

namespace mana::hub {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

HttpOptions options_for(const TestServer& server) {
  // Proxies of the machine that runs the tests are no part of them.
  ::setenv("no_proxy", "127.0.0.1,localhost", 1);
  return {.token = "secret", .origin = server.url(), .connect_timeout = std::chrono::seconds(5)};
}

struct Answer {
  HttpHead head;
  std::string body;
};

Answer get(HttpClient& client, const std::string& url, std::uint64_t offset = 0, std::stop_token stop = {}) {
  Answer answer;
  answer.head = client.get(
      url, offset,
      [&](const HttpHead&, std::span<const std::byte> part) {
        answer.body.append(reinterpret_cast<const char*>(part.data()), part.size());
      },
      stop);
  return answer;
}

TestReply redirect(const std::string& location) { return {.status = 302, .headers = {{"Location", location}}}; }

TEST(HttpClient, ReadsBodyHeadersAndStatus) {
  TestServer server([](const TestRequest&) { return TestReply{.headers = {{"X-Color", "green"}}, .body = "hello"}; });
  HttpClient client(options_for(server));
  const Answer answer = get(client, server.url() + "/a");
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.head.find("x-color"), "green");
  EXPECT_EQ(answer.head.find("x-size"), std::nullopt);
  EXPECT_EQ(server.requests().at(0).headers.at("authorization"), "Bearer secret");
  EXPECT_EQ(server.requests().at(0).headers.count("range"), 0U);
}

TEST(HttpClient, AsksForTheRest) {
  TestServer server([](const TestRequest&) { return TestReply{.status = 206, .body = "lo"}; });
  HttpClient client(options_for(server));
  EXPECT_EQ(get(client, server.url(), 3).body, "lo");
  EXPECT_EQ(server.requests().at(0).headers.at("range"), "bytes=3-");
}

TEST(HttpClient, ThrowsTheBodyOfAnErrorAway) {
  TestServer server([](const TestRequest&) { return TestReply{.status = 404, .body = "no such thing"}; });
  HttpClient client(options_for(server));
  const Answer answer = get(client, server.url());
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_EQ(answer.body, "");
}

TEST(HttpClient, TheTokenFollowsARedirectOnTheOriginOnly) {
  std::string other;
  TestServer server([&](const TestRequest& request) {
    if (request.target == "/here") return redirect("/there");
    if (request.target == "/away") {
      TestReply reply = redirect(other + "/cdn?signature=x");
      reply.headers["X-Linked-Etag"] = "\"abc\"";
      return reply;
    }
    return TestReply{.headers = {{"X-Linked-Etag", "\"lie\""}}, .body = "body"};
  });
  other = server.other_url();
  HttpClient client(options_for(server));

  EXPECT_EQ(get(client, server.url() + "/here").body, "body");
  EXPECT_EQ(server.requests().at(1).target, "/there");
  EXPECT_EQ(server.requests().at(1).headers.at("authorization"), "Bearer secret");

  const Answer away = get(client, server.url() + "/away", 7);
  EXPECT_EQ(away.body, "body");
  EXPECT_EQ(away.head.linked_etag, "\"abc\"");
  EXPECT_EQ(server.requests().at(3).target, "/cdn?signature=x");
  EXPECT_EQ(server.requests().at(3).headers.count("authorization"), 0U);
  EXPECT_EQ(server.requests().at(3).headers.at("range"), "bytes=7-");
}

TEST(HttpClient, TheTokenDoesNotGoToAnotherPort) {
  TestServer second([](const TestRequest&) { return TestReply{.body = "body"}; });
  TestServer first([&](const TestRequest&) { return redirect(second.url() + "/x"); });
  HttpClient client(options_for(first));
  EXPECT_EQ(get(client, first.url()).body, "body");
  EXPECT_EQ(first.requests().at(0).headers.count("authorization"), 1U);
  EXPECT_EQ(second.requests().at(0).headers.count("authorization"), 0U);
}

TEST(HttpClient, RedirectsMustEnd) {
  TestServer server([](const TestRequest&) { return redirect("/again"); });
  HttpClient client(options_for(server));
  EXPECT_THAT([&] { get(client, server.url()); }, ThrowsMessage<IoError>(HasSubstr("redirects more than 10 times")));
  EXPECT_EQ(server.requests().size(), 11U);
}

TEST(HttpClient, RedirectsMustLeadSomewhere) {
  TestServer server([](const TestRequest&) { return TestReply{.status = 302}; });
  HttpClient client(options_for(server));
  EXPECT_THAT([&] { get(client, server.url()); }, ThrowsMessage<IoError>(HasSubstr("redirects to nowhere")));
}

TEST(HttpClient, ReadsNoOtherProtocol) {
  TestServer server([](const TestRequest&) { return redirect("file:///etc/hostname"); });
  HttpClient client(options_for(server));
  EXPECT_THROW(get(client, server.url()), IoError);
}

TEST(HttpClient, AnHttpsOriginIsNeverLeftForHttp) {
  TestServer server([](const TestRequest&) { return TestReply{.body = "plain"}; });
  HttpOptions options = options_for(server);
  options.origin = "https://hub.example";
  HttpClient client(options);
  EXPECT_THAT([&] { get(client, server.url()); }, ThrowsMessage<IoError>(HasSubstr("https address is needed")));
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClient, NamesATlsFailure) {
  TestServer server([](const TestRequest&) { return TestReply{}; });
  HttpClient client(options_for(server));
  const std::string url = fmt::format("https://127.0.0.1:{}/?key=hidden", server.port());
  EXPECT_THAT([&] { get(client, url); },
              ThrowsMessage<IoError>(testing::AllOf(HasSubstr("TLS"), Not(HasSubstr("hidden")))));
}

TEST(HttpClient, ABrokenConnectionIsWorthAnotherAttempt) {
  TestServer server([](const TestRequest&) { return TestReply{.body = "hello", .break_after = 2}; });
  HttpClient client(options_for(server));
  EXPECT_THROW(get(client, server.url()), ConnectionLost);
  int port;
  {
    TestServer gone([](const TestRequest&) { return TestReply{}; });
    port = gone.port();
  }
  EXPECT_THROW(get(client, fmt::format("http://127.0.0.1:{}", port)), ConnectionLost);
}

TEST(HttpClient, SilenceIsALostConnection) {
  TestServer server([](const TestRequest&) { return TestReply{.body = "hello", .break_after = 2, .stall = true}; });
  HttpOptions options = options_for(server);
  options.stall_timeout = std::chrono::seconds(1);
  HttpClient client(options);
  EXPECT_THROW(get(client, server.url()), ConnectionLost);
}

TEST(HttpClient, CanBeCancelledWhileTheServerIsSilent) {
  std::stop_source source;
  TestServer server([](const TestRequest&) { return TestReply{.body = "hello", .break_after = 2, .stall = true}; });
  HttpClient client(options_for(server));
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    source.request_stop();
  });
  EXPECT_THROW(get(client, server.url(), 0, source.get_token()), Cancelled);
  EXPECT_THROW(get(client, server.url(), 0, source.get_token()), Cancelled);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClient, WhatTheSinkThrowsArrives) {
  TestServer server([](const TestRequest&) { return TestReply{.body = "hello"}; });
  HttpClient client(options_for(server));
  const auto sink = [](const HttpHead&, std::span<const std::byte>) { throw FormatError("too long"); };
  EXPECT_THAT([&] { client.get(server.url(), 0, sink, {}); }, ThrowsMessage<FormatError>("too long"));
}

TEST(HttpClient, UsesTheProxyOfTheEnvironment) {
  TestServer proxy([](const TestRequest&) { return TestReply{.body = "through the proxy"}; });
  HttpClient client({.token = "", .origin = "http://hub.example"});
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  const Answer answer = get(client, "http://hub.example/a");
  ::unsetenv("http_proxy");
  EXPECT_EQ(answer.body, "through the proxy");
  EXPECT_EQ(proxy.requests().at(0).target, "http://hub.example/a");
}

TEST(Url, EscapesAllButPlainCharacters) {
  EXPECT_EQ(url_escape("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(url_escape("a-b_c.d~e?&#%\xC3\xA9 "), "a-b_c.d~e%3F%26%23%25%C3%A9%20");
}

TEST(Url, AnOriginIsSchemeHostAndPort) {
  EXPECT_TRUE(same_origin("https://hub.example/a", "HTTPS://HUB.example:443/b?c"));
  EXPECT_FALSE(same_origin("https://hub.example", "http://hub.example"));
  EXPECT_FALSE(same_origin("https://hub.example", "https://hub.example:8443"));
  EXPECT_FALSE(same_origin("https://hub.example", "https://hub.example.evil.example"));
  EXPECT_FALSE(same_origin("https://hub.example", "https://hub.example@evil.example"));
  EXPECT_FALSE(same_origin("", ""));
}

}  // namespace
}  // namespace mana::hub
