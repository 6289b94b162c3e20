#include "mana/hub/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/hub/tokenizer_files.h"

namespace mana::hub {
namespace {

constexpr std::int64_t kLargestFile = std::int64_t{1} << 40;
constexpr std::size_t kMostFiles = 100'000;

constexpr std::array<std::string_view, 5> kFilesOfAModel = {"modules.json", "config_sentence_transformers.json",
                                                            "README.md", "LICENSE", "LICENSE.txt"};
constexpr std::array<std::string_view, 3> kFilesOfAnEncoder = {"config.json", "generation_config.json",
                                                               "adapter_config.json"};
constexpr std::string_view kWeights = "model.safetensors";
constexpr std::string_view kIndex = "model.safetensors.index.json";
constexpr std::string_view kPickledWeights = "pytorch_model.bin";  // where there are no safetensors
constexpr std::string_view kAdapter = "adapter_model.safetensors";

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

bool is_shard(std::string_view name) {  // model-00001-of-00002.safetensors
  return name.starts_with("model-") && name.find("-of-") != std::string_view::npos && name.ends_with(".safetensors");
}

bool is_encoder_file(std::string_view name) {
  return std::ranges::find(kFilesOfAnEncoder, name) != kFilesOfAnEncoder.end() ||
         std::ranges::find(kTokenizerFiles, name) != kTokenizerFiles.end() ||
         (name.starts_with("sentence_") && name.ends_with("_config.json") && is_plain(name));
}

std::string joined(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

/// What lies in a folder, without its sub-folders, by the name inside it.
std::map<std::string, RemoteFile, std::less<>> files_in(const Listing& listing, std::string_view folder) {
  std::map<std::string, RemoteFile, std::less<>> files;
  for (const RemoteFile& file : listing.files) {
    const std::size_t slash = file.path.rfind('/');
    const std::string_view parent = slash == std::string::npos ? "" : std::string_view(file.path).substr(0, slash);
    if (parent == folder) files.emplace(file.path.substr(slash + 1), file);
  }
  return files;
}

[[noreturn]] void refuse_without_weights(const Listing& listing, std::string_view folder, const std::string& name) {
  const auto files = files_in(listing, folder);
  for (const std::string_view pickle : {"pytorch_model.bin.index.json", "adapter_model.bin"}) {
    if (!files.contains(pickle)) continue;
    throw FormatError(
        fmt::format("{} has weights as pickles of Python only ({}), of which none but a whole {} is fetched: choose a "
                    "revision or a repository with model.safetensors",
                    name, joined(folder, pickle), kPickledWeights));
  }
  for (const RemoteFile& file : listing.files) {
    for (const std::string_view ending : {".gguf", ".onnx", ".h5", ".msgpack", ".bin", ".pt", ".pth", ".ckpt"}) {
      if (!file.path.ends_with(ending)) continue;
      throw FormatError(fmt::format("{} has no safetensors weights, only {}: choose a revision or a repository with {}",
                                    name, file.path, joined(folder, kWeights)));
    }
  }
  throw FormatError(fmt::format("{} has no safetensors weights: it is no model that can be used here", name));
}

/// The weights of one folder: the whole file, else the shards, else PyTorch's file, and an adapter to them.
std::vector<RemoteFile> weights(const Listing& listing, std::string_view folder,
                                const std::optional<std::vector<std::string>>& shards, const std::string& name) {
  std::vector<RemoteFile> chosen;
  if (const RemoteFile* adapter = find_file(listing, joined(folder, kAdapter))) chosen.push_back(*adapter);
  if (const RemoteFile* whole = find_file(listing, joined(folder, kWeights))) {
    chosen.push_back(*whole);
    return chosen;
  }
  const RemoteFile* index = find_file(listing, joined(folder, kIndex));
  if (index == nullptr) {
    const RemoteFile* pickled = find_file(listing, joined(folder, kPickledWeights));
    if (pickled != nullptr) chosen.push_back(*pickled);
    return chosen;
  }
  chosen.push_back(*index);
  if (shards) {
    for (const std::string& shard : *shards) {
      const RemoteFile* file = find_file(listing, joined(folder, shard));
      if (file == nullptr) {
        throw FormatError(fmt::format("{} has no file {}, which its {} names", name, joined(folder, shard), kIndex));
      }
      chosen.push_back(*file);
    }
    return chosen;
  }
  for (const auto& [file_name, file] : files_in(listing, folder)) {
    if (is_shard(file_name)) chosen.push_back(file);
  }
  return chosen;
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

const RemoteFile* find_file(const Listing& listing, std::string_view path) {
  const auto found = std::ranges::find(listing.files, path, &RemoteFile::path);
  return found == listing.files.end() ? nullptr : &*found;
}

ModelLayout parse_layout(std::string_view modules, const std::string& place) {
  const json::Document document = json::Document::parse(modules, place);
  ModelLayout layout;
  bool first = true;
  for (const json::Value& entry : document.root().array()) {
    const json::Value path = entry.at("path");
    std::string folder(path.string());
    while (folder.ends_with('/')) folder.pop_back();
    if (folder == ".") folder.clear();
    if (folder.starts_with("./")) folder.erase(0, 2);
    if (!folder.empty() && !stays_inside(folder)) path.fail("leads outside of the repository: nothing is downloaded");
    if (std::exchange(first, false)) {
      layout.encoder = std::move(folder);
      continue;
    }
    const std::string_view type = entry.at("type").string();
    for (const std::string_view kind : {".Dense", ".LayerNorm"}) {
      if (type.ends_with(kind)) layout.with_weights.push_back(folder);
    }
    layout.modules.push_back(std::move(folder));
  }
  return layout;
}

std::vector<std::string> parse_shards(std::string_view index, const std::string& place) {
  const json::Document document = json::Document::parse(index, place);
  std::vector<std::string> shards;
  for (const auto& [tensor, shard] : document.root().at("weight_map").object()) {
    if (!stays_inside(shard.string())) shard.fail("leads outside of the repository: nothing is downloaded");
    shards.emplace_back(shard.string());
  }
  std::ranges::sort(shards);
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

void require_weights(const Listing& listing, const std::string& name) {
  const bool any = std::ranges::any_of(listing.files, [](const RemoteFile& file) {
    return file.path.ends_with(".safetensors") || file.path.ends_with(kPickledWeights);
  });
  if (!any) refuse_without_weights(listing, "", name);
}

std::vector<RemoteFile> encoder_files(const Listing& listing, const ModelLayout& layout, const std::string& name) {
  std::map<std::string, RemoteFile> chosen;  // by path: the encoder's folder may be the model's
  const auto choose = [&](const RemoteFile& file) { chosen.emplace(file.path, file); };
  const auto choose_weights = [&](std::string_view folder, const auto& shards) {
    const std::vector<RemoteFile> files = weights(listing, folder, shards, name);
    if (files.empty()) refuse_without_weights(listing, folder, name);
    std::ranges::for_each(files, choose);
  };
  for (const std::string_view file : kFilesOfAModel) {
    if (const RemoteFile* found = find_file(listing, file)) choose(*found);
  }
  for (const auto& [file_name, file] : files_in(listing, layout.encoder)) {
    if (is_encoder_file(file_name)) choose(file);
  }
  choose_weights(layout.encoder, layout.shards);
  for (const std::string& module : layout.modules) {
    if (const RemoteFile* config = find_file(listing, joined(module, "config.json"))) choose(*config);
  }
  for (const std::string& module : layout.with_weights) {
    choose_weights(module, std::optional<std::vector<std::string>>());
  }
  std::vector<RemoteFile> files;
  files.reserve(chosen.size());
  for (auto& [path, file] : chosen) files.push_back(std::move(file));
  std::ranges::sort(
      files, {}, [](const RemoteFile& file) { return std::pair(file.size.value_or(0), std::string_view(file.path)); });
  return files;
}

}  // namespace mana::hub
