#pragma once

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/hub/test_server.h"

/// For tests only: a hub with one repository.
namespace mana::hub {

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string digest(std::string_view text, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &length, kind, nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

inline std::string sha256(std::string_view text) { return digest(text, EVP_sha256()); }

inline std::string git_blob(std::string_view text) {
  return digest(fmt::format("blob {}{}{}", text.size(), '\0', text), EVP_sha1());
}

inline const std::string kFirstCommit = "1111111111111111111111111111111111111111";
inline const std::string kSecondCommit = "2222222222222222222222222222222222222222";

/// How the bytes of a hub's files travel.
struct TestDelivery {
  bool ranges = true;                           ///< honours Range
  std::optional<std::size_t> break_after = {};  ///< each answer ends after so many bytes
  bool stall = false;                           ///< … or stays open and silent
};

/// The hub's interface with the repository owner/name: files that end in .safetensors are in LFS, and sent by another
/// host. Change its members only while nobody asks.
class TestHub {
 public:
  std::string commit = kFirstCommit;
  std::map<std::string, std::string> files = {
      {".gitattributes", "*.safetensors filter=lfs"},
      {"1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true})"},
      {"README.md", "# A model"},
      {"config.json", R"({"model_type": "bert"})"},
      {"model.safetensors", std::string(300'000, 'w')},
      {"modules.json", R"([{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}])"},
      {"onnx/model.onnx", "not for us"},
      {"pytorch_model.bin", "nor this"},
      {"tokenizer.json", "{}"},
  };
  std::map<std::string, std::string> sent_instead = {};  ///< bytes that differ from what the list promises
  bool sizes_and_checksums = true;                       ///< the list has them
  std::string token = {};                                ///< without it: 401
  std::map<std::string, TestReply> replies = {};         ///< for one target, instead of the right answer
  std::atomic<int> busy = 0;                             ///< so many answers are 503 first

  /// May be called at any time.
  void deliver(const TestDelivery& delivery) {
    const std::lock_guard lock(mutex_);
    delivery_ = delivery;
  }

  std::string url() const { return server_.url(); }
  std::vector<TestRequest> requests() const { return server_.requests(); }

  /// How many requests the hub has had for a file, at any commit.
  int downloads_of(const std::string& file) const {
    const std::size_t prefix = std::string_view("/owner/name/resolve/").size() + commit.size() + 1;
    int count = 0;
    for (const TestRequest& request : requests()) {
      count += request.target.starts_with("/owner/") && request.target.substr(prefix) == file ? 1 : 0;
    }
    return count;
  }

 private:
  TestReply answer(const TestRequest& request) {
    if (const auto reply = replies.find(request.target); reply != replies.end()) return reply->second;
    if (busy > 0) {
      --busy;
      return {.status = 503};
    }
    const std::string resolve = fmt::format("/owner/name/resolve/{}/", commit);
    if (request.target.starts_with("/cdn/")) {  // signed addresses: a token there is a leak
      return request.headers.contains("authorization") ? TestReply{.status = 400}
                                                       : send(request, request.target.substr(5));
    }
    if (!token.empty()) {
      const auto authorization = request.headers.find("authorization");
      if (authorization == request.headers.end() || authorization->second != "Bearer " + token) return {.status = 401};
    }
    if (request.target.starts_with("/api/models/owner/name/revision/")) return {.body = list()};
    if (!request.target.starts_with(resolve)) return {.status = 404};
    const std::string file = request.target.substr(resolve.size());
    if (!files.contains(file)) return {.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}};
    if (!file.ends_with(".safetensors")) return send(request, file);
    return {.status = 302,
            .headers = {{"Location", server_.other_url() + "/cdn/" + file},
                        {"X-Linked-Etag", fmt::format("\"{}\"", sha256(files.at(file)))}}};
  }

  std::string list() const {
    nlohmann::json siblings = nlohmann::json::array();
    for (const auto& [name, text] : files) {
      nlohmann::json entry = {{"rfilename", name}};
      if (sizes_and_checksums) {
        entry["size"] = text.size();
        entry["blobId"] = git_blob(text);
        if (name.ends_with(".safetensors")) {
          entry["blobId"] = git_blob("a pointer");
          entry["lfs"] = {{"sha256", sha256(text)}, {"size", text.size()}, {"pointerSize", 134}};
        }
      }
      siblings.push_back(entry);
    }
    return nlohmann::json({{"id", "owner/name"}, {"sha", commit}, {"siblings", siblings}}).dump();
  }

  TestReply send(const TestRequest& request, const std::string& file) const {
    const auto instead = sent_instead.find(file);
    TestReply reply{.body = instead == sent_instead.end() ? files.at(file) : instead->second};
    const std::lock_guard lock(mutex_);
    reply.break_after = delivery_.break_after;
    reply.stall = delivery_.stall;
    if (const auto range = request.headers.find("range"); range != request.headers.end() && delivery_.ranges) {
      std::size_t begin = 0;
      std::from_chars(range->second.data() + std::string_view("bytes=").size(),
                      range->second.data() + range->second.size(), begin);
      if (begin >= reply.body.size()) return {.status = 416};
      reply.status = 206;
      reply.headers["Content-Range"] = fmt::format("bytes {}-{}/{}", begin, reply.body.size() - 1, reply.body.size());
      reply.body.erase(0, begin);
    }
    return reply;
  }

  mutable std::mutex mutex_;
  TestDelivery delivery_;
  TestServer server_{[this](const TestRequest& request) { return answer(request); }};
};

}  // namespace mana::hub
