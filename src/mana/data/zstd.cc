#include <zstd.h>

#include <memory>
#include <new>

#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

UnpackStep step(ZSTD_DStream& stream, bool& whole, std::span<const char> packed, std::span<char> block) {
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{block.data(), block.size(), 0};
  UnpackStep done;
  while (out.pos == 0) {
    const std::size_t before = in.pos;
    const std::size_t status = ZSTD_decompressStream(&stream, &out, &in);
    if (ZSTD_isError(status) != 0) {
      done.mistake = ZSTD_getErrorName(status);
      break;
    }
    if (in.pos == before && out.pos == 0) break;  // more is needed
    whole = status == 0;
  }
  done.taken = in.pos;
  done.written = out.pos;
  done.whole = whole;
  return done;
}

}  // namespace

Unpacker zstd_unpacker() {
  std::shared_ptr<ZSTD_DStream> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) throw std::bad_alloc();
  return [stream, whole = false](std::span<const char> packed, std::span<char> block) mutable {
    return step(*stream, whole, packed, block);
  };
}

}  // namespace mana::data
