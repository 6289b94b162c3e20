#include "mana/hub/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "mana/hub/curl_library.h"
#include "mana/hub/shown_address.h"

namespace mana::hub {
namespace {

constexpr int kMostRedirects = 10;

struct FreeCurl {
  void operator()(CURL* curl) const { libcurl().easy_cleanup(curl); }
  void operator()(curl_slist* list) const { libcurl().slist_free_all(list); }
  void operator()(CURLU* url) const { libcurl().url_cleanup(url); }
};
using Curl = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;
using CurlUrl = std::unique_ptr<CURLU, FreeCurl>;

Curl make_curl() {
  Curl curl(libcurl().easy_init());
  if (curl == nullptr) throw IoError("libcurl cannot be initialised: is there memory left?");
  return curl;
}

/// "https://host:443", or nothing for what is no URL.
std::optional<std::string> origin_of(const std::string& url) {
  const CurlUrl parsed(libcurl().url());
  if (parsed == nullptr || libcurl().url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  std::string origin;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (libcurl().url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::nullopt;
    origin += fmt::format("{}\n", text);
    libcurl().free(text);
  }
  std::ranges::transform(origin, origin.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return origin;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What the callbacks of one transfer share.
struct Transfer {
  HttpHead head;
  const HttpClient::Sink& sink;
  std::stop_token stop;
  std::exception_ptr failure;
};

std::size_t on_header(char* data, std::size_t one, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, one * size);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a new answer: what came before was provisional (100 Continue, a proxy's 200)
    transfer.head.headers.clear();
    const std::size_t space = line.find(' ');
    transfer.head.status = 0;
    for (const char digit : line.substr(std::min(space, line.size() - 1) + 1).substr(0, 3)) {
      if (digit >= '0' && digit <= '9') transfer.head.status = transfer.head.status * 10 + (digit - '0');
    }
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    line.remove_prefix(colon + 1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    transfer.head.headers[name] = std::string(line);
  }
  return one * size;
}

std::size_t on_body(char* data, std::size_t one, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.head.status / 100 != 2) return one * size;
  try {  // an exception must not pass through libcurl
    transfer.sink(transfer.head, std::as_bytes(std::span(data, one * size)));
    return one * size;
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(user)->stop.stop_requested() ? 1 : 0;
}

bool is_connection_loss(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    default: return false;
  }
}

[[noreturn]] void fail(CURLcode code, const char* detail, const std::string& url) {
  const std::string place = shown_address(url);
  const std::string_view reason = *detail != '\0' ? detail : libcurl().easy_strerror(code);
  if (is_connection_loss(code)) {
    throw ConnectionLost(
        fmt::format("the connection to {} failed ({}): check the network and the proxy", place, reason));
  }
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      throw IoError(
          fmt::format("no safe (TLS) connection to {} ({}): check the machine's certificates, its clock and its "
                      "proxy",
                      place, reason));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      throw IoError(fmt::format("{} cannot be asked ({}): an https address is needed", place, reason));
    default: throw IoError(fmt::format("{} cannot be read ({})", place, reason));
  }
}

}  // namespace

struct HttpClient::Connection {
  Curl curl = make_curl();
};

std::optional<std::string> HttpHead::find(const std::string& name) const {
  const auto entry = headers.find(name);
  return entry == headers.end() ? std::nullopt : std::optional(entry->second);
}

HttpClient::HttpClient(HttpOptions options)
    : options_(std::move(options)), connection_(std::make_unique<Connection>()) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpHead HttpClient::get(const std::string& url, std::uint64_t offset, const Sink& sink, std::stop_token stop) {
  std::string next = url;
  std::optional<std::string> linked_etag;
  for (int hops = 0; hops <= kMostRedirects; ++hops) {
    HttpHead head = get_once(next, offset, sink, stop);
    if (!linked_etag) linked_etag = head.find("x-linked-etag");
    head.linked_etag = linked_etag;
    if (!is_redirect(head.status)) return head;

    char* location = nullptr;  // libcurl makes it absolute
    libcurl().easy_getinfo(connection_->curl.get(), CURLINFO_REDIRECT_URL, &location);
    if (location == nullptr) throw IoError(fmt::format("{} redirects to nowhere", shown_address(next)));
    next = location;
  }
  throw IoError(fmt::format("{} redirects more than {} times", shown_address(url), kMostRedirects));
}

HttpHead HttpClient::get_once(const std::string& url, std::uint64_t offset, const Sink& sink, std::stop_token stop) {
  if (stop.stop_requested()) throw Cancelled("the download was cancelled");
  CURL* curl = connection_->curl.get();
  libcurl().easy_reset(curl);  // keeps the open connections

  CurlList lines;
  const auto add_header = [&](const std::string& line) {
    curl_slist* longer = libcurl().slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw IoError("libcurl has no memory left");
    [[maybe_unused]] curl_slist* const shorter = lines.release();  // it is part of the longer one now
    lines.reset(longer);
  };
  if (!options_.token.empty() && same_origin(url, options_.origin)) {
    add_header(fmt::format("Authorization: Bearer {}", options_.token));
  }
  if (offset > 0) add_header(fmt::format("Range: bytes={}-", offset));

  Transfer transfer{{}, sink, stop, nullptr};
  transfer.head.url = url;
  char detail[CURL_ERROR_SIZE] = "";
  const char* protocols = options_.origin.starts_with("http://") ? "http,https" : "https";
  libcurl().easy_setopt(curl, CURLOPT_URL, url.c_str());
  libcurl().easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  libcurl().easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
  libcurl().easy_setopt(curl, CURLOPT_USERAGENT, "mana");
  libcurl().easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // a library does not touch the process's signals
  libcurl().easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  libcurl().easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout.count()));
  libcurl().easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.least_speed));
  libcurl().easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
  libcurl().easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  libcurl().easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  libcurl().easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  libcurl().easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  libcurl().easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  libcurl().easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  libcurl().easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  libcurl().easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);

  const CURLcode code = libcurl().easy_perform(curl);
  if (transfer.failure != nullptr) std::rethrow_exception(transfer.failure);
  if (code == CURLE_ABORTED_BY_CALLBACK) throw Cancelled("the download was cancelled");
  if (code != CURLE_OK) fail(code, detail, url);
  return std::move(transfer.head);
}

std::string url_escape(const std::string& text) {
  std::string escaped;
  for (const char byte : text) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       std::string_view("-._~").find(byte) != std::string_view::npos;
    escaped += plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return escaped;
}

bool same_origin(const std::string& a, const std::string& b) {
  const std::optional<std::string> origin = origin_of(a);
  return origin.has_value() && origin == origin_of(b);
}

}  // namespace mana::hub
