// Attention to keys and values that stay, at every level: against its definition, and with the bits of the whole pass.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/kernels/attention_step.h"
#include "mana/kernels/test_attention.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

/// The keys and values of an AttentionData, put there a few at a time.
class Kept {
 public:
  Kept(const Table& kernels, AttentionData& data, std::size_t at_once)
      : shape{data.shape.key_heads, data.shape.head_width, data.shape.value_width},
        keys_(nobodys(attention_steps(kernels).layout.key_size(shape, data.shape.keys))),
        values_(nobodys(attention_steps(kernels).layout.value_size(shape, data.shape.keys))) {
    for (std::size_t first = 0; first < data.shape.keys; first += at_once) {
      AppendCall call{.shape = shape,
                      .k = data.k.operand(),
                      .v = data.v.operand(),
                      .rows = std::min(at_once, data.shape.keys - first),
                      .to = {keys_.data(), values_.data()},
                      .first = first};
      call.k.row += first, call.v.row += first;
      attention_steps(kernels).append(call);
    }
  }

  std::vector<float> attend(const Table& kernels, AttentionData& data, std::size_t heads_at_once) {
    TextInMatrix out(data.shape.queries, data.shape.heads * data.shape.value_width, 4, data.shape.shift);
    AttentionStepCall call{.shape = shape,
                           .q = data.q.operand(),
                           .from = {keys_.data(), values_.data()},
                           .queries = data.shape.queries,
                           .keys = data.shape.keys,
                           .heads = data.shape.heads,
                           .divisor = std::sqrt(static_cast<float>(shape.head_width)),
                           .reach = data.shape.reach,
                           .first_head = 0,
                           .last_head = 0,
                           .out = out.result(),
                           .scratch = nullptr};
    Buffer<float> scratch(attention_steps(kernels).scratch(call));
    call.scratch = scratch.data();
    for (std::size_t head = 0; head < data.shape.heads; head += heads_at_once) {
      call.first_head = head, call.last_head = std::min(head + heads_at_once, data.shape.heads);
      attention_steps(kernels).attend(call);
    }
    untouched = untouched && out.untouched() && data.q.untouched() && keys_.guarded() && values_.guarded();
    return out.values();
  }

  KeyValueShape shape;
  bool untouched = true;

 private:
  // What lies where no key has come yet is no number.
  static Shifted nobodys(std::size_t size) {
    return {std::vector<float>(size, std::numeric_limits<float>::quiet_NaN()), 0};
  }
  Shifted keys_, values_;
};

class AttentionStepTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  const Table& kernels = table(GetParam().first, GetParam().second);

  /// The whole pass, which attention_test.cc holds to its definition.
  void check(const AttentionCase& shape) const {
    AttentionData data(shape);
    const std::vector<float> whole = data.attend(kernels, shape.heads);
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
      Kept kept(kernels, data, at_once);
      const std::size_t heads = at_once == 3 ? 1 : shape.heads;
      ASSERT_EQ(kept.attend(kernels, data, heads), whole) << at_once << " keys, " << heads << " heads, " << shape;
      ASSERT_TRUE(kept.untouched) << shape;
    }
  }
};

TEST_P(AttentionStepTest, HasTheBitsOfTheWholePassInEveryShape) {
  for (std::size_t keys = 1; keys <= 150; keys += kSanitized ? 13 : keys < 36 ? 1 : 7) {
    check({.queries = 1, .keys = keys, .heads = 3});
    check({.queries = 2, .keys = keys, .heads = 4, .head_width = 64});
  }
  for (std::size_t width = 1; width <= 70; width += kSanitized ? 9 : width < 20 ? 1 : 4) {
    check({.queries = 1, .keys = 21, .heads = 6, .key_heads = 3, .head_width = width});
    check({.queries = 1, .keys = 21, .heads = 5, .head_width = 8, .value_width = width});
  }
  check({.queries = 3, .keys = 0});
  if (kernels.isa != Isa::portable) check({.queries = 1, .keys = 512, .heads = 2, .head_width = 96});
}

TEST_P(AttentionStepTest, HasTheBitsOfTheWholePassInEveryReach) {
  for (AttentionCase shape : cases_of_reach()) {
    shape.bias = false;
    check(shape);
  }
}

TEST_P(AttentionStepTest, EqualsItsDefinition) {
  for (const Reach& reach : {Reach::all(), Reach::causal(30), Reach::causal_band(9, 30)}) {
    AttentionData data({.queries = 3, .keys = 33, .heads = 4, .key_heads = 2, .head_width = 24, .reach = reach});
    const bool in_bf16 = kernels.rounds() || kernels.precision == Precision::bf16;
    const std::vector<double> expected = in_bf16 ? data.defined(reference::RoundToBf16()) : data.defined();
    const std::vector<float> out = Kept(kernels, data, 5).attend(kernels, data, 4);
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], expected[i], in_bf16 ? 8e-3 : 3e-6) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, AttentionStepTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(name_of(level.param.first)) + "_" +
                                  std::string(name_of(level.param.second));
                         });

}  // namespace
}  // namespace mana::kernels
