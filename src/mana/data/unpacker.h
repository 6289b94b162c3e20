#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

/// Compressed data, unpacked piece by piece in bounded memory: however much there is, one block of it is held. What is
/// packed here is packed a block at a time, each of which stands by itself.
namespace mana::data {

/// What a step of unpacking did.
struct UnpackStep {
  std::size_t taken = 0;          ///< bytes of what is packed
  std::size_t written = 0;        ///< bytes of what is unpacked; 0 means that more packed ones are needed
  bool whole = false;             ///< all that began has ended, so that the data may end here
  std::string_view mistake = {};  ///< what is wrong with the data, as the end of a sentence; nothing may follow
};

/// Unpacks from the first argument into the second, which is not empty.
using Unpacker = std::function<UnpackStep(std::span<const char>, std::span<char>)>;

/// Gzip (RFC 1952): members one after the other, with zeros between and behind them.
Unpacker gzip_unpacker();
/// Zstandard (RFC 8878): frames one after the other; those that say that they may be skipped are. A window beyond
/// 128 MiB, which `zstd --ultra --long` makes, is a mistake.
Unpacker zstd_unpacker();

/// A whole member of gzip (RFC 1952), the same for the same bytes.
std::string gzip_packed(std::string_view bytes);
/// A whole frame of Zstandard (RFC 8878) with a checksum, the same for the same bytes.
std::string zstd_packed(std::string_view bytes);

/// A form of compression. Blocks that pack() has packed, one behind the other, are packed data: the file of a job that
/// was broken off is gone on with behind its last block.
struct Compression {
  std::string_view name;       ///< "gzip"
  std::string_view extension;  ///< ".gz"
  Unpacker (*unpacker)();
  std::string (*pack)(std::string_view bytes);
};

/// The form that data are in, told by their first bytes; null where they are not packed. `undecided` says whether more
/// bytes could tell otherwise.
struct CompressionGuess {
  const Compression* compression = nullptr;
  bool undecided = false;
};
CompressionGuess compression_of(std::string_view beginning);

/// The form that a file's name says; null where it says none.
const Compression* compression_named(std::string_view name);

/// "texts.jsonl" of "texts.jsonl.gz" or "texts.jsonl.zst": the name that tells what is in a file.
std::string_view unpacked_name(std::string_view name);

}  // namespace mana::data
