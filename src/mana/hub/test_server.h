#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// For tests only: an HTTP/1.1 server on the loopback that can misbehave.
namespace mana::hub {

struct TestRequest {
  std::string target;                               ///< what stands after GET
  std::map<std::string, std::string> headers = {};  ///< names in lower case
};

struct TestReply {
  int status = 200;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::optional<std::size_t> break_after = {};  ///< the connection ends after so many bytes of the body
  bool stall = false;                           ///< instead of ending, it stays open and silent
  bool announce_length = true;                  ///< Content-Length
  bool trickle = false;                         ///< a byte in a tenth of a second
};

/// Answers one connection after the other, each with one reply, until it is destroyed.
class TestServer {
 public:
  using Handler = std::function<TestReply(const TestRequest&)>;

  explicit TestServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      throw std::runtime_error("no server on the loopback");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TestServer() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  /// The same server under another name: another origin.
  std::string other_url() const { return fmt::format("http://localhost:{}", port_); }

  std::vector<TestRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  /// False when the server is to stop first.
  bool wait_until_readable(int descriptor) const {
    pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
    while (!stopping_) {
      if (::poll(&ready, 1, 10) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (wait_until_readable(listener_)) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      if (const std::optional<TestRequest> request = read_request(connection)) {
        {
          const std::lock_guard lock(mutex_);
          requests_.push_back(*request);
        }
        answer(connection, handler_(*request));
      }
      ::close(connection);
    }
  }

  std::optional<TestRequest> read_request(int connection) const {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      char bytes[4096];
      if (!wait_until_readable(connection)) return std::nullopt;
      const ssize_t count = ::recv(connection, bytes, sizeof bytes, 0);
      if (count <= 0) return std::nullopt;
      text.append(bytes, static_cast<std::size_t>(count));
      if (!text.starts_with("GET ")) return std::nullopt;  // a TLS client, for one
    }
    TestRequest request;
    request.target = text.substr(4, text.find(' ', 4) - 4);
    for (std::size_t at = text.find("\r\n") + 2, end; (end = text.find("\r\n", at)) > at; at = end + 2) {
      const std::string line = text.substr(at, end - at);
      const std::size_t colon = line.find(": ");
      std::string name = line.substr(0, colon);
      for (char& byte : name) byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
      request.headers[name] = line.substr(colon + 2);
    }
    return request;
  }

  void answer(int connection, const TestReply& reply) const {
    std::string text = fmt::format("HTTP/1.1 {} status\r\nConnection: close\r\n", reply.status);
    for (const auto& [name, value] : reply.headers) text += fmt::format("{}: {}\r\n", name, value);
    if (reply.announce_length) text += fmt::format("Content-Length: {}\r\n", reply.body.size());
    text += "\r\n";
    text += reply.body.substr(0, reply.break_after.value_or(reply.body.size()));
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t body = reply.trickle ? reply.body.size() : 0;
      const std::size_t now = rest.size() > body ? rest.size() - body : 1;
      const ssize_t count = ::send(connection, rest.data(), now, MSG_NOSIGNAL);
      if (count <= 0 || stopping_) return;
      if (rest.size() <= body) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    if (reply.stall) wait_until_readable(connection);  // readable: the client went away
    ::shutdown(connection, SHUT_WR);
    char byte;  // let the client read everything: an early close would reset the connection
    while (wait_until_readable(connection) && ::recv(connection, &byte, 1, 0) > 0) {
    }
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<TestRequest> requests_;
  std::thread thread_;
};

}  // namespace mana::hub
