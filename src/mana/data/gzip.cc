#define ZLIB_CONST  // what zlib reads is const

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <string>

#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

/// zlib's counts are smaller than ours.
uInt at_most(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class GzipStream {
 public:
  GzipStream() {
    constexpr int kGzipOnly = 16;  // neither zlib's own form nor raw data
    if (::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() { ::inflateEnd(&stream_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  UnpackStep step(std::span<const char> packed, std::span<char> block) {
    UnpackStep done;
    while (done.written == 0) {
      if (between_) {
        while (done.taken < packed.size() && packed[done.taken] == '\0') ++done.taken;  // as tapes are filled up
        if (done.taken == packed.size()) break;
        ::inflateReset(&stream_);
        between_ = false;
      }
      const std::span<const char> rest = packed.subspan(done.taken);
      stream_.next_in = reinterpret_cast<const Bytef*>(rest.data());
      stream_.avail_in = at_most(rest.size());
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = at_most(block.size());
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      const std::size_t taken = at_most(rest.size()) - stream_.avail_in;
      done.taken += taken;
      done.written = at_most(block.size()) - stream_.avail_out;
      between_ = status == Z_STREAM_END;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_DATA_ERROR || status == Z_NEED_DICT) {
        done.mistake = stream_.msg != nullptr ? stream_.msg : "they need a dictionary";
        break;
      }
      if (taken == 0 && !between_) break;  // more is needed
    }
    done.whole = between_;
    return done;
  }

 private:
  z_stream stream_{};
  bool between_ = false;  // two members, or behind the last one
};

}  // namespace

Unpacker gzip_unpacker() {
  return [stream = std::make_shared<GzipStream>()](std::span<const char> packed, std::span<char> block) {
    return stream->step(packed, block);
  };
}

std::string gzip_packed(std::string_view bytes) {
  // zlib's first level makes of rows of numbers a tenth more bytes than its usual one, in a sixth of the time.
  constexpr int kGzip = 16, kMemory = 8;
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, ::deflateEnd);
  std::string packed(::deflateBound(&stream, bytes.size()), '\0');
  std::size_t written = 0;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
      stream.avail_in = at_most(bytes.size());
      bytes.remove_prefix(stream.avail_in);
    }
    stream.next_out = reinterpret_cast<Bytef*>(packed.data() + written);
    stream.avail_out = at_most(packed.size() - written);
    const uInt room = stream.avail_out;
    status = ::deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    written += room - stream.avail_out;
  }
  packed.resize(written);
  return packed;
}

}  // namespace mana::data
