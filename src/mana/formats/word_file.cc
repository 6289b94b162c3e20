#include "mana/formats/word_file.h"

#include <fmt/format.h>

#include <cctype>
#include <memory>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/printable.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_array.h"
#include "mana/formats/word_index.h"

namespace mana::formats {
namespace {

WordFormat format_of(const MappedFile& file) {
  const std::span<const std::byte> bytes = file.bytes();
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (is_fasttext(bytes)) return WordFormat::fasttext;
  if (all.starts_with("\x93NUMPY")) return WordFormat::npy;
  if (all.empty() || !std::isdigit(static_cast<unsigned char>(all.front()))) {
    throw FormatError(
        fmt::format("{} holds no word vectors: word2vec's text or binary form, fastText's .bin or .vec, "
                    "or .npy with a .vocab is needed",
                    file.path().string()));
  }
  return is_word2vec_text(bytes, file.path().string()) ? WordFormat::word2vec_text : WordFormat::word2vec_binary;
}

FileState state_of(const MappedFile& file) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(file.path(), error);
  return {file.bytes().size(), error ? 0 : std::int64_t{changed.time_since_epoch().count()}};
}

/// False where it cannot be written. Nothing but time is lost without it.
bool write_index(const std::filesystem::path& path, const WordVectors& vectors, const FileState& state) try {
  AtomicFile index(path);
  index.write(make_word_index(vectors, state));
  index.commit();
  return true;
} catch (const IoError&) {
  return false;
}

WordVectors open_word2vec_binary(const std::shared_ptr<const MappedFile>& file) {
  struct Owned {
    std::shared_ptr<const MappedFile> file;
    MappedFile index;
  };
  const FileState state = state_of(*file);
  const std::filesystem::path path = word_index_path(file->path());
  if (file_exists(path)) {
    const auto owned = std::make_shared<Owned>(Owned{file, MappedFile(path)});
    auto vectors = read_word_index(owned->index.bytes(), file->bytes(), state, owned);
    if (vectors) return *std::move(vectors);
  }
  WordVectors vectors = parse_word2vec_binary(file->bytes(), file->path().string(), file);
  constexpr std::uint64_t kLarge = std::uint64_t{16} << 20;  // smaller ones are read as quickly
  if (state.size >= kLarge) write_index(path, vectors, state);
  return vectors;
}

}  // namespace

std::string_view name_of(WordFormat format) {
  switch (format) {
    case WordFormat::word2vec_text: return "word2vec text";
    case WordFormat::word2vec_binary: return "word2vec binary";
    case WordFormat::fasttext: return "fastText";
    case WordFormat::npy: return "npy";
  }
  return "";
}

WordFormat word_format_of(const std::filesystem::path& path) { return format_of(MappedFile(path)); }

WordVectors open_word_file(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const std::string name = path.string();
  switch (format_of(*file)) {
    case WordFormat::word2vec_text: return parse_word2vec_text(file->bytes(), name, file);
    case WordFormat::fasttext: return parse_fasttext(file->bytes(), name, file);
    case WordFormat::npy: return open_word_array(path);
    case WordFormat::word2vec_binary: break;
  }
  return open_word2vec_binary(file);
}

}  // namespace mana::formats
