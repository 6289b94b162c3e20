#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

/// Compressed data, unpacked piece by piece in bounded memory: however much there is, one block of it is held.
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

/// A form of compression.
struct Compression {
  std::string_view name;       ///< "gzip"
  std::string_view extension;  ///< ".gz"
  Unpacker (*unpacker)();
};

/// The form that data are in, told by their first bytes; null where they are not packed. `undecided` says whether more
/// bytes could tell otherwise.
struct CompressionGuess {
  const Compression* compression = nullptr;
  bool undecided = false;
};
CompressionGuess compression_of(std::string_view beginning);

/// "texts.jsonl" of "texts.jsonl.gz" or "texts.jsonl.zst": the name that tells what is in a file.
std::string_view unpacked_name(std::string_view name);

}  // namespace mana::data
