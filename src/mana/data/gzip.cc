#define ZLIB_CONST  // what zlib reads is const

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

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

}  // namespace mana::data
