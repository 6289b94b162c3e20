#include "mana/formats/word_file.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word2vec.h"
#include "mana/formats/word_array.h"
#include "mana/formats/word_index.h"

namespace mana::formats {
namespace {

FileState state_of(const MappedFile& file) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(file.path(), error);
  return {file.bytes().size(), error ? 0 : std::int64_t{changed.time_since_epoch().count()}};
}

/// False where it cannot be written, or something of that name is there that is no index. Nothing but time is lost
/// without it.
bool write_index(const std::filesystem::path& path, const WordVectors& vectors, const FileState& state) try {
  if (file_exists(path) && !is_word_index(MappedFile(path).bytes())) return false;
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
    if (vectors) {
      vectors->source = file->path().string();
      return *std::move(vectors);
    }
  }
  WordVectors vectors = parse_word2vec_binary(file->bytes(), file->path().string(), file);
  constexpr std::uint64_t kLarge = std::uint64_t{16} << 20;  // smaller ones are read as quickly
  if (state.size >= kLarge) write_index(path, vectors, state);
  return vectors;
}

}  // namespace

WordFormat word_format_of(const std::filesystem::path& path) {
  return word_format_of(MappedFile(path).bytes(), path.string());
}

WordVectors parse_word_file(std::span<const std::byte> file, const std::string& name,
                            std::shared_ptr<const void> owner) {
  switch (word_format_of(file, name)) {
    case WordFormat::word2vec_text: return parse_word2vec_text(file, name, std::move(owner));
    case WordFormat::word2vec_binary: return parse_word2vec_binary(file, name, std::move(owner));
    case WordFormat::glove: return parse_glove(file, name, std::move(owner));
    case WordFormat::fasttext: return parse_fasttext(file, name, std::move(owner));
    case WordFormat::npy: break;
  }
  throw FormatError(
      fmt::format("{} is an array of NumPy, whose words stand in another file; give the .npy itself, unpacked", name));
}

WordVectors open_word_file(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const WordFormat format = word_format_of(file->bytes(), path.string());
  if (format == WordFormat::npy) return open_word_array(path);
  if (format == WordFormat::word2vec_binary) return open_word2vec_binary(file);
  return parse_word_file(file->bytes(), path.string(), file);
}

}  // namespace mana::formats
