#include "mana/formats/pytorch_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/formats/tensor_pickle.h"
#include "mana/formats/zip_archive.h"

namespace mana::formats {
namespace {

using Bytes = std::span<const std::byte>;
using Storages = std::map<std::string, Bytes, std::less<>>;

constexpr std::string_view kZip = "PK\3\4";
// The number that the older form begins with, as a pickle.
constexpr std::string_view kOldForm("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);
constexpr std::size_t kLongestPickle = std::size_t{64} << 20;

bool begins_with(Bytes file, std::string_view mark) {
  return file.size() >= mark.size() && std::memcmp(file.data(), mark.data(), mark.size()) == 0;
}

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw FormatError(fmt::format("{} {}", name, what));
}

std::uint64_t bytes_of(const PickledStorage& storage, std::string_view key, const std::string& name) {
  std::uint64_t size = 0;
  if (__builtin_mul_overflow(storage.count, std::uint64_t{size_of(storage.dtype)}, &size)) {
    fail(name, fmt::format("says that its storage {} has more bytes than 64 bits can count", printable(key)));
  }
  return size;
}

// The tensors' elements must lie in their storages, of which they are all, or a part.
class Tensors {
 public:
  Tensors(const Storages& storages, const TensorPickle& pickle, std::size_t file_size, const std::string& name)
      : storages_(storages), pickle_(pickle), copies_left_(file_size), name_(name) {}

  PytorchContent take() {
    for (const PickledTensor& tensor : pickle_.tensors) add(tensor);
    return std::move(content_);
  }

 private:
  void add(const PickledTensor& tensor) {
    const PickledStorage& storage = pickle_.storages.find(tensor.storage)->second;
    const Bytes bytes = storages_.find(tensor.storage)->second;
    const std::uint64_t element = size_of(storage.dtype), count = element_count(tensor.shape);
    StoredTensor stored{storage.dtype, tensor.shape, {}};
    if (count > 0) {
      require_inside(tensor, count, storage.count);
      stored.bytes = is_contiguous(tensor) ? bytes.subspan(tensor.offset * element, count * element)
                                           : copied(tensor, bytes, element, count);
    }
    content_.tensors.emplace(tensor.name, std::move(stored));
  }

  // offset + sum of (extent - 1) * stride is the last element.
  void require_inside(const PickledTensor& tensor, std::uint64_t count, std::uint64_t most) {
    std::uint64_t last = tensor.offset;
    bool inside = count <= most;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      std::uint64_t step = 0;
      inside = inside && !__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &step) &&
               !__builtin_add_overflow(last, step, &last);
    }
    if (!inside || last >= most) {
      fail(name_, fmt::format("has the tensor {} of the shape {}, which does not lie in its storage of {} elements",
                              printable(tensor.name), to_string(tensor.shape), most));
    }
  }

  static bool is_contiguous(const PickledTensor& tensor) {
    std::uint64_t row = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
      if (tensor.shape[i] != 1 && tensor.strides[i] != row) return false;
      row *= tensor.shape[i];
    }
    return true;
  }

  Bytes copied(const PickledTensor& tensor, Bytes from, std::size_t element, std::uint64_t count) {
    if (count * element > copies_left_) fail(name_, "has the same elements in too many tensors, each in another order");
    copies_left_ -= count * element;
    std::vector<std::byte>& copy = content_.copies.emplace_back(count * element);
    std::vector<std::uint64_t> place(tensor.shape.size());
    std::uint64_t at = tensor.offset;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::memcpy(copy.data() + i * element, from.data() + at * element, element);
      for (std::size_t axis = place.size(); axis-- > 0;) {
        at += tensor.strides[axis];
        if (++place[axis] < tensor.shape[axis]) break;
        at -= tensor.strides[axis] * std::exchange(place[axis], 0);
      }
    }
    return copy;
  }

  const Storages& storages_;
  const TensorPickle& pickle_;
  std::size_t copies_left_;  // in bytes
  const std::string& name_;
  PytorchContent content_;
};

PytorchContent parse_archive(Bytes file, const std::string& name) {
  const auto files = read_zip(file, name);
  constexpr std::string_view kPickle = "/data.pkl";
  std::string folder;
  for (const auto& [path, bytes] : files) {
    if (path.ends_with(kPickle) && path.find('/') == path.size() - kPickle.size()) {
      if (!folder.empty()) fail(name, "holds more than one data.pkl");
      folder = path.substr(0, path.size() - kPickle.size());
    }
  }
  if (folder.empty()) fail(name, "is a zip archive without a data.pkl, so nothing that torch.save() wrote");
  if (const auto order = files.find(folder + "/byteorder"); order != files.end() && begins_with(order->second, "big")) {
    fail(name, "was written on a machine whose numbers are big-endian; save it again on another");
  }
  const Bytes pickled = files.find(folder + std::string(kPickle))->second;
  if (pickled.size() > kLongestPickle) fail(name, "has a pickle that is far too long");
  const TensorPickle pickle = read_tensor_pickle(pickled, name);
  Storages storages;
  for (const auto& [key, storage] : pickle.storages) {
    const auto found = files.find(fmt::format("{}/data/{}", folder, key));
    if (found == files.end()) fail(name, fmt::format("lacks its storage {}", printable(key)));
    const std::uint64_t size = bytes_of(storage, key, name);
    if (found->second.size() != size) {
      fail(name, fmt::format("has a storage {} of {} bytes, but {} {} take {}", printable(key), found->second.size(),
                             storage.count, name_of(storage.dtype), size));
    }
    storages.emplace(key, found->second);
  }
  return Tensors(storages, pickle, file.size(), name).take();
}

// Pickles of the mark, of a version, of what the machine is like, of the state dict, and of the storages' keys; then
// each storage, its number of elements before it.
PytorchContent parse_old_form(Bytes file, const std::string& name) {
  std::size_t at = kOldForm.size();
  const auto rest = [&] { return file.subspan(at, std::min(file.size() - at, kLongestPickle)); };
  at += pickle_size(rest(), name);
  at += pickle_size(rest(), name);
  const TensorPickle pickle = read_tensor_pickle(rest(), name);
  at += pickle.size;
  std::size_t size = 0;
  const std::vector<std::string> keys = read_text_pickle(rest(), name, size);
  at += size;
  const auto take = [&](std::uint64_t bytes) {
    if (bytes > file.size() - at) fail(name, "is cut short; download the file again");
    const Bytes taken = file.subspan(at, bytes);
    at += bytes;
    return taken;
  };
  Storages storages;
  for (const std::string& key : keys) {
    std::uint64_t count = 0;
    std::memcpy(&count, take(sizeof count).data(), sizeof count);
    const auto storage = pickle.storages.find(key);
    if (storage == pickle.storages.end() || storage->second.count != count) {
      fail(name,
           fmt::format("has a storage {} of {} elements, of which its pickle knows nothing", printable(key), count));
    }
    storages.emplace(key, take(bytes_of(storage->second, key, name)));
  }
  for (const auto& [key, storage] : pickle.storages) {
    if (!storages.contains(key)) fail(name, fmt::format("lacks its storage {}", printable(key)));
  }
  return Tensors(storages, pickle, file.size(), name).take();
}

}  // namespace

PytorchContent parse_pytorch(Bytes file, const std::string& name) {
  if (begins_with(file, kZip)) return parse_archive(file, name);
  if (begins_with(file, kOldForm)) return parse_old_form(file, name);
  if (const auto found = foreign_content(file)) fail(name, *found);
  fail(name, "is nothing that torch.save() wrote; download the file again");
}

}  // namespace mana::formats
