#include "mana/generate/cache_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/machine_memory.h"
#include "mana/generate/generator.h"
#include "mana/kernels/attention_step.h"
#include "mana/models/transformer/transformer_files.h"
#include "tests/support/source_path.h"

namespace mana::generate {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFolder = fixture_path("translation/tied");

/// What the keys and values of a state take, without the room behind them.
std::uint64_t bytes_of(const models::DecoderState& state, const kernels::KeyValueLayout& layout) {
  std::uint64_t bytes = 0;
  for (const auto& past : state.layers) {
    for (const operations::KeyValues* kept : {&past.own, &past.memory}) {
      for (std::size_t sequence = 0; sequence < kept->sequences(); ++sequence) {
        const std::size_t keys = kept->length(sequence);
        bytes += (layout.key_size(kept->shape(), keys) + layout.value_size(kept->shape(), keys)) * sizeof(float);
      }
    }
  }
  return bytes;
}

TEST(CacheSize, IsWhatADecoderKeeps) {
  for (const kernels::Precision precision : {kernels::Precision::f32, kernels::Precision::bf16}) {
    if (!kernels::available(precision, kernels::choose_isa())) continue;
    const kernels::Table& kernels = kernels::table(kernels::choose_isa(), precision);
    const models::Transformer model = models::load_transformer(kFolder, kernels.layout);
    Pool pool;
    const nn::Run run{kernels, pool, nullptr};
    constexpr std::uint32_t kTexts = 3, kSource = 5;
    constexpr std::size_t kTarget = 7;
    const std::vector<std::int32_t> ids(kTexts * kSource, 4), next(kTexts, 9);
    const std::vector<std::uint32_t> offsets = {0, kSource, 2 * kSource, 3 * kSource};
    const nn::TokenBatch sources{.ids = ids, .type_ids = {}, .offsets = offsets};
    models::DecoderState state = model.begin(run, model.encode(run, sources), sources.sequences());
    for (std::size_t t = 0; t < kTarget; ++t) model.step(run, next, state);
    const CacheSize size = cache_size(model.config, {.max_length = kTarget}, kernels, {kTexts, kSource, 1});
    EXPECT_EQ(size.bytes, bytes_of(state, kernels::attention_steps(kernels).layout));
  }
}

TEST(CacheSize, CountsWhatThreadsFollowAtOnce) {
  const kernels::Table& kernels = kernels::table(kernels::Isa::portable);
  models::TransformerConfig config;
  config.model = 16, config.decoder = {.layers = 2, .heads = 4};
  const Options beams{.beam = 4, .hypotheses = 4, .max_length = 10};
  const CacheSize few = cache_size(config, beams, kernels, {.texts = 3, .longest_source = 5, .threads = 2});
  EXPECT_EQ(few.sources, 3U);
  EXPECT_EQ(few.hypotheses, 12U);
  EXPECT_EQ(few.bytes, 2U * (12 * 10 + 3 * 5) * 32 * sizeof(float));
  const CacheSize many = cache_size(config, beams, kernels, {.texts = 1000, .longest_source = 5, .threads = 2});
  EXPECT_EQ(many.hypotheses, 2 * rows_at_once(kernels::Precision::f32));
  const CacheSize wide = cache_size(config, {.beam = 500}, kernels, {.texts = 1000, .longest_source = 5, .threads = 2});
  EXPECT_EQ(wide.hypotheses, 1000U) << "each thread follows one text";
  const Options samples{.hypotheses = 5, .sampling = Sampling{}};
  EXPECT_EQ(cache_size(config, samples, kernels, {.texts = 1, .longest_source = 5}).hypotheses, 5U);
}

TEST(CacheSize, MoreThanAQuarterOfTheMemoryIsRefusedBeforeTheFirstStep) {
  EXPECT_NO_THROW(require_memory({.bytes = machine_memory() / 4}));
  EXPECT_THAT([] { require_memory({.hypotheses = 8000, .target_tokens = 512, .bytes = std::uint64_t{1} << 50}); },
              ThrowsMessage<ArgumentError>(HasSubstr("keys and values of 8000 hypotheses of 512 tokens would take "
                                                     "1125899.9 GB, more than a quarter of the ")));

  const kernels::Table& kernels = kernels::table(kernels::choose_isa());
  auto model = std::make_shared<models::Transformer>(models::load_transformer(kFolder, kernels.layout));
  model->config.positions = std::numeric_limits<std::uint32_t>::max();  // as a folder without a limit would have it
  Generator translate(model, kernels, 1);
  const std::vector<Token> source = {4, 5, 6};
  const Text texts[] = {{.source = source}};
  EXPECT_THAT([&] { translate(texts, {.beam = 60, .max_length = std::numeric_limits<std::uint32_t>::max() - 1}); },
              ThrowsMessage<ArgumentError>(HasSubstr("choose a narrower `beam`, a smaller `max_length`")));
}

}  // namespace
}  // namespace mana::generate
