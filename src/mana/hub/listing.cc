#include "mana/hub/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/json.h"

namespace mana::hub {
namespace {

constexpr std::int64_t kLargestFile = std::int64_t{1} << 40;
constexpr std::size_t kMostFiles = 100'000;

constexpr std::array<std::string_view, 17> kFilesOfAnEncoder = {"config.json",
                                                                "tokenizer.json",
                                                                "tokenizer_config.json",
                                                                "special_tokens_map.json",
                                                                "added_tokens.json",
                                                                "vocab.txt",
                                                                "vocab.json",
                                                                "merges.txt",
                                                                "sentencepiece.bpe.model",
                                                                "tokenizer.model",
                                                                "spiece.model",
                                                                "modules.json",
                                                                "config_sentence_transformers.json",
                                                                "model.safetensors.index.json",
                                                                "README.md",
                                                                "LICENSE",
                                                                "LICENSE.txt"};

/// A path of plain components: neither absolute nor climbing.
bool stays_inside(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    begin = end + 1;
  }
  return true;
}

bool is_plain(std::string_view name) {
  return name.size() <= 200 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.';
         });
}

/// "1_Pooling": how sentence-transformers names the folders of its modules.
bool is_module_folder(std::string_view folder) {
  const std::size_t digits = std::min(folder.find_first_not_of("0123456789"), folder.size());
  return digits > 0 && digits + 1 < folder.size() && folder[digits] == '_' && is_plain(folder);
}

bool is_shard(std::string_view name) {  // model-00001-of-00002.safetensors
  return name.starts_with("model-") && name.find("-of-") != std::string_view::npos && name.ends_with(".safetensors");
}

bool is_encoder_file(std::string_view name) {
  return std::ranges::find(kFilesOfAnEncoder, name) != kFilesOfAnEncoder.end() ||
         (name.starts_with("sentence_") && name.ends_with("_config.json") && is_plain(name));
}

using Folder = std::map<std::string, RemoteFile, std::less<>>;  // by the name inside the folder

/// The weights of one folder: the whole file, else the shards, else whatever safetensors there are.
std::vector<RemoteFile> weights(const Folder& folder) {
  if (const auto whole = folder.find("model.safetensors"); whole != folder.end()) return {whole->second};
  std::vector<RemoteFile> shards;
  std::vector<RemoteFile> others;
  for (const auto& [name, file] : folder) {
    if (!name.ends_with(".safetensors") || !is_plain(name)) continue;
    (is_shard(name) ? shards : others).push_back(file);
  }
  return folder.contains("model.safetensors.index.json") && !shards.empty() ? shards : others;
}

RemoteFile parse_file(const json::Value& entry) {
  RemoteFile file{.path = std::string(entry.at("rfilename").string()), .size = {}, .checksum = {}};
  if (!stays_inside(file.path)) {
    entry.fail(fmt::format("names a file outside of the repository, \"{}\": nothing is downloaded", file.path));
  }
  const auto size = [](const json::Value& value) { return static_cast<std::uint64_t>(value.integer(0, kLargestFile)); };
  if (const auto value = entry.find("size")) file.size = size(*value);
  if (const auto lfs = entry.find("lfs")) {
    // For a file in LFS the blob is the small pointer to it, so its id says nothing about the file itself.
    file.size = size(lfs->at("size"));
    file.checksum = Checksum::parse(lfs->at("sha256").string());
    if (!file.checksum || file.checksum->kind != HashKind::sha256) lfs->fail("has no SHA-256");
  } else if (const auto blob = entry.find("blobId")) {
    file.checksum = Checksum::parse(blob->string());
  }
  return file;
}

}  // namespace

Listing parse_listing(std::string_view text, const std::string& place) {
  const json::Document document = json::Document::parse(text, place);
  const json::Value root = document.root();

  Listing listing;
  listing.commit = root.at("sha").string();
  const bool is_commit =
      listing.commit.size() == 40 && listing.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_commit) root.at("sha").fail("is no commit of 40 hexadecimal digits");
  const std::vector<json::Value> siblings = root.at("siblings").array();
  if (siblings.size() > kMostFiles) root.at("siblings").fail(fmt::format("has more than {} files", kMostFiles));
  for (const json::Value& sibling : siblings) listing.files.push_back(parse_file(sibling));
  return listing;
}

std::vector<RemoteFile> encoder_files(const Listing& listing, const std::string& name) {
  std::map<std::string, Folder> folders;
  for (const RemoteFile& file : listing.files) {
    const std::size_t slash = file.path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : file.path.substr(0, slash);
    if (folder.empty() || is_module_folder(folder)) folders[folder][file.path.substr(slash + 1)] = file;
  }

  std::vector<RemoteFile> chosen;
  bool any_weights = false;
  for (const auto& [folder, files] : folders) {
    const std::vector<RemoteFile> tensors = weights(files);
    if (tensors.empty() && files.contains("pytorch_model.bin")) {
      throw FormatError(
          fmt::format("{} has weights as a pickle of Python only ({}pytorch_model.bin), which is not safe to read: "
                      "choose a revision "
                      "or a repository with model.safetensors",
                      name, folder.empty() ? "" : folder + "/"));
    }
    any_weights = any_weights || !tensors.empty();
    chosen.insert(chosen.end(), tensors.begin(), tensors.end());
    for (const auto& [file_name, file] : files) {
      if (is_encoder_file(file_name)) chosen.push_back(file);
    }
  }
  if (!any_weights) {
    throw FormatError(fmt::format("{} has no safetensors weights: it is no model that can be used here", name));
  }
  std::ranges::sort(
      chosen, {}, [](const RemoteFile& file) { return std::pair(file.size.value_or(0), std::string_view(file.path)); });
  return chosen;
}

}  // namespace mana::hub
