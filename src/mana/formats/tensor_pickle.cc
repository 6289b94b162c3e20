#include "mana/formats/tensor_pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"
#include "mana/formats/pickle_opcodes.h"

namespace mana::formats {
namespace {

using Bytes = std::span<const std::byte>;

enum class Callable : std::uint8_t { ordered_dict, rebuild_tensor, rebuild_parameter };
constexpr std::array<std::pair<std::string_view, Callable>, 3> kCallables = {
    {{"collections.OrderedDict", Callable::ordered_dict},
     {"torch._utils._rebuild_tensor_v2", Callable::rebuild_tensor},
     {"torch._utils._rebuild_parameter", Callable::rebuild_parameter}}};
constexpr std::array<std::pair<std::string_view, DType>, 10> kStorages = {{{"torch.FloatStorage", DType::f32},
                                                                           {"torch.HalfStorage", DType::f16},
                                                                           {"torch.BFloat16Storage", DType::bf16},
                                                                           {"torch.DoubleStorage", DType::f64},
                                                                           {"torch.LongStorage", DType::i64},
                                                                           {"torch.IntStorage", DType::i32},
                                                                           {"torch.ShortStorage", DType::i16},
                                                                           {"torch.CharStorage", DType::i8},
                                                                           {"torch.ByteStorage", DType::u8},
                                                                           {"torch.BoolStorage", DType::boolean}}};

// Longer ones are no PyTorch's, and would be copied again and again.
constexpr std::size_t kLongestName = 4096, kLongestKey = 256, kMostExtents = 64;

// What lies on the stack of a pickle. All that is made lives in lists of the unpickler, by number, so that what refers
// to itself or lies deep within itself is nothing special.
struct Value {
  enum class Kind : std::uint8_t {
    none,
    integer,  // booleans, too
    text,
    sequence,  // a tuple or a list
    dictionary,
    callable,
    storage_type,
    storage,
    tensor
  };
  Kind kind = Kind::none;
  std::int64_t number = 0;  // itself, or its place in the list of its kind
};
using Kind = Value::Kind;

class Unpickler {
 public:
  Unpickler(Bytes bytes, std::string_view place) : bytes_(bytes), place_(place) {}

  // Runs to the end of the pickle and returns what it leaves.
  Value run() {
    for (;;) {
      const auto code = static_cast<Opcode>(take(1)[0]);
      if (code == kStop) return pop();
      if (!push_value(code) && !remember(code) && !put_together(code)) {
        fail(fmt::format("the instruction 0x{:02X}, which no tensor needs", static_cast<unsigned>(code)));
      }
    }
  }

  std::size_t size() const { return at_; }

  TensorPickle state_dict(Value value) {
    if (value.kind != Kind::dictionary) fail_whole("holds no dictionary of tensors");
    TensorPickle all{std::move(storages_), {}, at_};
    std::unordered_map<std::string_view, std::size_t> places;  // of a name that stands twice the last counts
    for (const auto& [key, tensor] : dictionaries_[index(value)]) {
      if (key.kind != Kind::text) fail_whole("has a tensor whose name is no text");
      const std::string_view name = texts_[index(key)];
      if (name.size() > kLongestName) fail_whole("has a tensor with a name that is far too long");
      if (tensor.kind != Kind::tensor) {
        fail_whole(fmt::format("has \"{}\", which is no tensor: save the weights alone (state_dict)", printable(name)));
      }
      PickledTensor named = tensors_[index(tensor)];
      named.name = name;
      const auto [place, is_new] = places.emplace(name, all.tensors.size());
      if (is_new) {
        all.tensors.push_back(std::move(named));
      } else {
        all.tensors[place->second] = std::move(named);
      }
    }
    return all;
  }

  std::vector<std::string> texts(Value value) {
    std::vector<std::string> all;
    all.reserve(sequence(value).size());
    for (const Value& each : sequence(value)) {
      if (text(each).size() > kLongestKey) fail_wrong();
      all.emplace_back(text(each));
    }
    return all;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(
        fmt::format("{}: byte {} of its pickle is {}; nothing of it was run: save the weights alone, or as "
                    "model.safetensors",
                    place_, at_, what));
  }
  [[noreturn]] void fail_whole(std::string_view what) const { throw FormatError(fmt::format("{} {}", place_, what)); }
  [[noreturn]] void fail_cut() const {
    throw FormatError(fmt::format("{}: its pickle is cut short; download the file again", place_));
  }
  [[noreturn]] void fail_wrong() const { fail("an instruction that does not fit what came before it"); }

  static std::size_t index(const Value& value) { return static_cast<std::size_t>(value.number); }

  Bytes take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail_cut();
    const Bytes taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view chars(std::uint64_t size) {
    const Bytes taken = take(size);
    const std::string_view text(reinterpret_cast<const char*>(taken.data()), taken.size());
    if (!is_utf8(text)) fail_whole("has a text in its pickle that is no UTF-8");
    return text;
  }
  std::string_view line() {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) fail_cut();
    const std::string_view text = chars(end);
    take(1);
    return text;
  }

  void push(Kind kind, std::int64_t number) { stack_.push_back({kind, number}); }
  Value& top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail_wrong();
    return stack_.back();
  }
  Value pop() {
    const Value value = top();
    stack_.pop_back();
    return value;
  }
  // What lies above the last mark, which goes.
  std::vector<Value> pop_to_mark() {
    if (marks_.empty()) fail_wrong();
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Value> values(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return values;
  }
  std::vector<Value> pop(std::size_t count) {
    std::vector<Value> values(count);
    for (std::size_t i = count; i-- > 0;) values[i] = pop();
    return values;
  }

  std::string_view text(const Value& value) const {
    if (value.kind != Kind::text) fail_wrong();
    return texts_[index(value)];
  }
  const std::vector<Value>& sequence(const Value& value) const {
    if (value.kind != Kind::sequence) fail_wrong();
    return sequences_[index(value)];
  }
  std::uint64_t count(const Value& value) const {
    if (value.kind != Kind::integer || value.number < 0) fail_wrong();
    return static_cast<std::uint64_t>(value.number);
  }
  std::vector<std::uint64_t> counts(const Value& value) const {
    if (sequence(value).size() > kMostExtents) fail_wrong();
    std::vector<std::uint64_t> all;
    all.reserve(sequence(value).size());
    for (const Value& each : sequence(value)) all.push_back(count(each));
    return all;
  }

  void push_text(std::string_view text) {
    push(Kind::text, static_cast<std::int64_t>(texts_.size()));
    texts_.push_back(text);
  }
  void push_sequence(std::vector<Value> values) {
    push(Kind::sequence, static_cast<std::int64_t>(sequences_.size()));
    sequences_.push_back(std::move(values));
  }
  void push_dictionary() {
    push(Kind::dictionary, static_cast<std::int64_t>(dictionaries_.size()));
    dictionaries_.emplace_back();
  }
  void push_global(std::string_view module, std::string_view name) {
    const std::string full = fmt::format("{}.{}", module, name);
    for (const auto& [known, callable] : kCallables) {
      if (known == full) return push(Kind::callable, static_cast<std::int64_t>(callable));
    }
    for (const auto& [known, dtype] : kStorages) {
      if (known == full) return push(Kind::storage_type, static_cast<std::int64_t>(dtype));
    }
    fail(fmt::format("a call of {}, which no tensor of a type that is read needs", printable(full)));
  }

  bool push_value(Opcode code) {
    switch (code) {
      case kNone: push(Kind::none, 0); return true;
      case kNewTrue: push(Kind::integer, 1); return true;
      case kNewFalse: push(Kind::integer, 0); return true;
      case kBinInt: push(Kind::integer, number<std::int32_t>()); return true;
      case kBinInt1: push(Kind::integer, number<std::uint8_t>()); return true;
      case kBinInt2: push(Kind::integer, number<std::uint16_t>()); return true;
      case kLong1: push_long(); return true;
      case kBinUnicode: push_text(chars(number<std::uint32_t>())); return true;
      case kShortBinUnicode: push_text(chars(number<std::uint8_t>())); return true;
      case kEmptyTuple:
      case kEmptyList: push_sequence({}); return true;
      case kEmptyDict: push_dictionary(); return true;
      case kGlobal: {
        const std::string_view module = line();
        push_global(module, line());
        return true;
      }
      case kStackGlobal: {
        const std::vector<Value> names = pop(2);
        push_global(text(names[0]), text(names[1]));
        return true;
      }
      default: return false;
    }
  }

  // Little-endian, in two's complement.
  void push_long() {
    const Bytes digits = take(number<std::uint8_t>());
    std::int64_t value = 0;
    if (digits.size() > sizeof value) fail("a number of more than 64 bits");
    if (!digits.empty() && static_cast<signed char>(digits.back()) < 0) value = -1;
    std::memcpy(&value, digits.data(), digits.size());
    push(Kind::integer, value);
  }

  bool remember(Opcode code) {
    const auto put = [&](std::uint32_t place) { memo_[place] = top(); };
    const auto get = [&](std::uint32_t place) {
      const auto found = memo_.find(place);
      if (found == memo_.end()) fail_wrong();
      stack_.push_back(found->second);
    };
    switch (code) {
      case kProto:
        if (const auto protocol = number<std::uint8_t>(); protocol < 2 || protocol > 4) {
          fail(fmt::format("protocol {}; 2 to 4 are read", protocol));
        }
        return true;
      case kFrame: take(sizeof(std::uint64_t)); return true;
      case kBinPut: put(number<std::uint8_t>()); return true;
      case kLongBinPut: put(number<std::uint32_t>()); return true;
      case kMemoize: put(static_cast<std::uint32_t>(memo_.size())); return true;
      case kBinGet: get(number<std::uint8_t>()); return true;
      case kLongBinGet: get(number<std::uint32_t>()); return true;
      default: return false;
    }
  }

  bool put_together(Opcode code) {
    switch (code) {
      case kMark: marks_.push_back(stack_.size()); return true;
      case kTuple: push_sequence(pop_to_mark()); return true;
      case kTuple1:
      case kTuple2:
      case kTuple3: push_sequence(pop(static_cast<std::size_t>(code) - kTuple1 + 1)); return true;
      case kAppend: append(pop(1)); return true;
      case kAppends: append(pop_to_mark()); return true;
      case kSetItem: set_items(pop(2)); return true;
      case kSetItems: set_items(pop_to_mark()); return true;
      case kBinPersId: push_storage(); return true;
      case kReduce: call(); return true;
      case kBuild:  // what a state dict says of versions
        pop();
        if (top().kind != Kind::dictionary) fail_wrong();
        return true;
      default: return false;
    }
  }

  void append(const std::vector<Value>& values) {
    if (top().kind != Kind::sequence) fail_wrong();
    std::vector<Value>& list = sequences_[index(top())];
    list.insert(list.end(), values.begin(), values.end());
  }
  void set_items(const std::vector<Value>& values) {
    if (top().kind != Kind::dictionary || values.size() % 2 != 0) fail_wrong();
    auto& dictionary = dictionaries_[index(top())];
    for (std::size_t i = 0; i < values.size(); i += 2) dictionary.emplace_back(values[i], values[i + 1]);
  }

  // ("storage", type, key, device, count), and in the older form what part of another storage it is.
  void push_storage() {
    const std::vector<Value>& id = sequence(pop());
    if (id.size() < 5 || id.size() > 6 || text(id[0]) != "storage" || id[1].kind != Kind::storage_type) fail_wrong();
    if (text(id[2]).size() > kLongestKey) fail_wrong();
    if (id.size() == 6 && id[5].kind != Kind::none) fail("a storage that is part of another one");
    const PickledStorage storage{static_cast<DType>(id[1].number), count(id[4])};
    const auto [place, is_new] = storages_.emplace(text(id[2]), storage);
    if (place->second.dtype != storage.dtype || place->second.count != storage.count) {
      fail_whole(fmt::format("says different things of its storage {}", printable(place->first)));
    }
    push(Kind::storage, static_cast<std::int64_t>(keys_.size()));
    keys_.push_back(&place->first);
  }

  void call() {
    const Value values = pop(), callable = pop();
    const std::vector<Value>& arguments = sequence(values);
    if (callable.kind != Kind::callable) fail_wrong();
    switch (static_cast<Callable>(callable.number)) {
      case Callable::ordered_dict:
        if (!arguments.empty()) fail_wrong();
        return push_dictionary();
      case Callable::rebuild_parameter:
        if (arguments.empty() || arguments[0].kind != Kind::tensor) fail_wrong();
        return push(Kind::tensor, arguments[0].number);
      case Callable::rebuild_tensor: return push_tensor(arguments);
    }
  }

  // (storage, offset, shape, strides, requires_grad, hooks)
  void push_tensor(const std::vector<Value>& arguments) {
    if (arguments.size() < 6 || arguments[0].kind != Kind::storage) fail_wrong();
    PickledTensor tensor{.name = {},
                         .storage = *keys_[index(arguments[0])],
                         .offset = count(arguments[1]),
                         .shape = counts(arguments[2]),
                         .strides = counts(arguments[3])};
    if (tensor.shape.size() != tensor.strides.size()) fail_wrong();
    push(Kind::tensor, static_cast<std::int64_t>(tensors_.size()));
    tensors_.push_back(std::move(tensor));
  }

  Bytes bytes_;
  std::string_view place_;
  std::size_t at_ = 0;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;  // how high the stack was
  std::unordered_map<std::uint32_t, Value> memo_;
  std::vector<std::string_view> texts_;
  std::vector<std::vector<Value>> sequences_;
  std::vector<std::vector<std::pair<Value, Value>>> dictionaries_;
  std::vector<const std::string*> keys_;  // of storages
  std::map<std::string, PickledStorage, std::less<>> storages_;
  std::vector<PickledTensor> tensors_;
};

}  // namespace

TensorPickle read_tensor_pickle(Bytes pickle, std::string_view place) {
  Unpickler unpickler(pickle, place);
  const Value value = unpickler.run();
  return unpickler.state_dict(value);
}

std::vector<std::string> read_text_pickle(Bytes pickle, std::string_view place, std::size_t& size) {
  Unpickler unpickler(pickle, place);
  const Value value = unpickler.run();
  size = unpickler.size();
  return unpickler.texts(value);
}

std::size_t pickle_size(Bytes pickle, std::string_view place) {
  Unpickler unpickler(pickle, place);
  unpickler.run();
  return unpickler.size();
}

}  // namespace mana::formats
