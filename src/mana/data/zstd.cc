#include <zstd.h>

#include <memory>
#include <new>
#include <string>

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

std::string zstd_packed(std::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), packed.data(), packed.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // there is room, so memory is all that can be missing
  packed.resize(size);
  return packed;
}

}  // namespace mana::data
