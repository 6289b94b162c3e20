#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "mana/base/errors.h"

namespace mana::hub {

/// The connection could not be made or broke off: worth another attempt.
class ConnectionLost : public IoError {
 public:
  using IoError::IoError;
};

/// What a server answered before its body.
struct HttpHead {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; the last answer after redirects
  /// X-Linked-Etag of the first answer that had one: the hub says there what another host is about to send.
  std::optional<std::string> linked_etag;
  std::string url;  ///< after redirects

  /// Nothing when there is no such header. `name` in lower case.
  std::optional<std::string> find(const std::string& name) const;
};

struct HttpOptions {
  std::string token = {};   ///< sent to the origin only; empty: none
  std::string origin = {};  ///< the URL of the server that the token is for; its scheme rules redirects
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds stall_timeout{60};  ///< slower than `least_speed` for so long is a lost connection
  std::uint32_t least_speed = 1000;        ///< bytes a second, below what any network gives that a model comes through
};

/// GET through libcurl, with the proxies that the environment names. One connection for one thread.
///
/// Redirects are followed one by one: the token goes to the origin's scheme, host and port and nowhere else, and an
/// https origin is never left for plain http.
class HttpClient {
 public:
  /// Receives the body of a 2xx answer, part by part. What it throws ends the transfer and reaches the caller of get().
  using Sink = std::function<void(const HttpHead&, std::span<const std::byte>)>;

  explicit HttpClient(HttpOptions options);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Asks for the bytes from `offset` on (the server may send all of them: status 200 instead of 206).
  /// The body of any status but 2xx is thrown away. Throws ConnectionLost, IoError (TLS, a redirect that is refused)
  /// or Cancelled.
  HttpHead get(const std::string& url, std::uint64_t offset, const Sink& sink, std::stop_token stop);

 private:
  struct Connection;
  HttpHead get_once(const std::string& url, std::uint64_t offset, const Sink& sink, std::stop_token stop);

  HttpOptions options_;
  std::unique_ptr<Connection> connection_;
};

/// `text` as one component of a URL's path: all but letters, digits and -._~ is escaped.
std::string url_escape(const std::string& text);

/// Scheme, host and port are equal (after lower-casing, default ports filled in). False for what is no URL.
bool same_origin(const std::string& a, const std::string& b);

}  // namespace mana::hub
