#include "mana/operations/lookup.h"

#include <algorithm>
#include <cstring>

#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

/// A mapped file promises no alignment beyond the element's, and not even that: elements are copied out.
template <class Element, class Convert>
void add_row(const std::byte* row, std::span<float> sum, Convert convert) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    Element element;
    std::memcpy(&element, row + i * sizeof(Element), sizeof(Element));
    sum[i] += convert(element);
  }
}

float divisor_of(Sequences texts, std::size_t text) {
  return static_cast<float>(std::max<std::size_t>(texts.length(text), 1));
}

}  // namespace

void StoredRows::add(std::size_t id, std::span<float> sum, float factor) const {
  const std::byte* row = bytes.data() + id * width * size_of(dtype);
  const auto scaled = [=](float value) { return factor * value; };
  if (dtype == DType::f32) add_row<float>(row, sum, scaled);
  if (dtype == DType::f16)
    add_row<std::uint16_t>(row, sum, [=](std::uint16_t half) { return scaled(half_to_float(half)); });
  if (dtype == DType::bf16)
    add_row<std::uint16_t>(row, sum, [=](std::uint16_t value) { return scaled(bfloat16_to_float(value)); });
}

void StoredRows::prefetch(std::size_t id) const {
  constexpr std::size_t kLine = 64;
  const std::size_t row_bytes = width * size_of(dtype);
  for (std::size_t at = 0; at < row_bytes; at += kLine) __builtin_prefetch(bytes.data() + id * row_bytes + at);
}

Tensor sum_of_lookups(const Run& run, std::span<const Lookup> lookups, Sequences texts) {
  const auto timer = run.timer("embeddings");
  const std::size_t tokens = texts.offsets.back();
  Tensor y = run.tensor(tokens, lookups.front().table.width);
  const auto row_of = [](const Lookup& lookup, std::size_t token, std::size_t begin) {
    if (lookup.key == Key::place) return token - begin;
    return lookup.ids.empty() ? std::size_t{0} : static_cast<std::size_t>(lookup.ids[token]);
  };
  run.split(texts.count(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = first; text < last; ++text) {
      const std::size_t begin = texts.begin(text), end = begin + texts.length(text);
      for (std::size_t t = begin; t < end; ++t) {
        const Lookup& farthest = lookups.front();
        if (t + 1 < tokens) farthest.table.prefetch(row_of(farthest, t + 1, begin));
        const std::span<float> sum = y.row(t);
        std::ranges::fill(sum, 0.0f);
        for (const Lookup& lookup : lookups) lookup.table.add(row_of(lookup, t, begin), sum, lookup.factor);
      }
    }
  });
  return y;
}

// Every thread has some of the columns, and goes through the tokens in order.
void add_lookup_gradient(const Run& run, std::span<const std::int32_t> ids, const Tensor& dy, float* dtable) {
  run.split(dy.columns(), [&](std::size_t first, std::size_t last, unsigned) {
    const kernels::GradientTable& kernels = training_kernels(run);
    if (ids.empty()) return kernels.add_rows({dy.data(), dy.rows(), dy.columns(), first, last, dtable});
    kernels.embedding_gradient({ids.data(), ids.size(), dy.data(), dy.columns(), first, last, dtable});
  });
}

Tensor scaled_rows(const Run& run, const Tensor& dy, float factor, std::span<const std::int32_t> ids,
                   std::int32_t ignored) {
  Tensor scaled = run.tensor(dy.rows(), dy.columns());
  run.split(dy.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t t = first; t < last; ++t) {
      const float of_token = ids[t] == ignored ? 0.0f : factor;
      std::ranges::transform(dy.row(t), scaled.row(t).begin(), [=](float value) { return of_token * value; });
    }
  });
  return scaled;
}

// Every thread has some of the places.
void add_place_gradient(const Run& run, Sequences texts, const Tensor& dy, float* dtable) {
  run.split(texts.longest(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = 0; text < texts.count(); ++text) {
      const std::size_t end = std::min(last, texts.length(text));
      if (first >= end) continue;
      training_kernels(run).add({.x = values_from(dy, texts.begin(text) + first),
                                 .factor = 1,
                                 .count = (end - first) * dy.columns(),
                                 .y = dtable + first * dy.columns()});
    }
  });
}

Tensor mean_of_lookups(const Run& run, const StoredRows& table, std::span<const std::int32_t> ids, Sequences texts) {
  const auto timer = run.timer("embeddings");
  Tensor y = run.tensor(texts.count(), table.width);
  run.split(texts.count(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = first; text < last; ++text) {
      const std::span<float> mean = y.row(text);
      std::ranges::fill(mean, 0.0f);
      for (const std::int32_t id : ids.subspan(texts.begin(text), texts.length(text))) {
        table.add(static_cast<std::size_t>(id), mean);
      }
      for (float& value : mean) value /= divisor_of(texts, text);
    }
  });
  return y;
}

// Every thread has some of the columns.
void add_mean_lookup_gradient(const Run& run, std::span<const std::int32_t> ids, Sequences texts, const Tensor& dy,
                              float* dtable) {
  run.split(dy.columns(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = 0; text < texts.count(); ++text) {
      const float share = 1 / divisor_of(texts, text);
      for (const std::int32_t id : ids.subspan(texts.begin(text), texts.length(text))) {
        training_kernels(run).add({.x = dy.row(text).data() + first,
                                   .factor = share,
                                   .count = last - first,
                                   .y = dtable + static_cast<std::size_t>(id) * dy.columns() + first});
      }
    }
  });
}

}  // namespace mana::operations
