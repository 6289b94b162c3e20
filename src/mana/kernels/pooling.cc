#include "mana/kernels/pooling.h"

#include <algorithm>
#include <cmath>

namespace mana::kernels {
namespace {

constexpr float kLeast = 1e-9f;         // as the reference: a mean over nothing is zero
constexpr float kLeastLength = 1e-12f;  // of a vector to be normalised

/// out = Σ weight(t) h_t over tokens [skip, n), t from 1; returns Σ weight(t).
template <class Weight>
float weighted_sum(std::span<const float> tokens, std::size_t width, std::size_t skip, std::span<float> out,
                   const Weight& weight) {
  std::fill(out.begin(), out.end(), 0.0f);
  float weights = 0;
  for (std::size_t t = skip; t * width < tokens.size(); ++t) {
    const float w = weight(t + 1);
    const float* h = tokens.data() + t * width;
    for (std::size_t i = 0; i < width; ++i) out[i] += w * h[i];
    weights += w;
  }
  return weights;
}

double length_of(std::span<const float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  return std::sqrt(squares);
}

}  // namespace

void pool(Pooling pooling, std::span<const float> tokens, std::size_t width, std::size_t skip, std::span<float> out) {
  const std::size_t length = tokens.size() / width;
  if (length == 0) return std::fill(out.begin(), out.end(), 0.0f);
  skip = std::min(skip, length);
  const auto one = [](std::size_t) { return 1.0f; };
  const auto divide = [&](float divisor) {
    for (float& value : out) value /= divisor;
  };
  switch (pooling) {
    case Pooling::cls:
    case Pooling::last_token: {
      // A prompt that is left out hides the first tokens from both.
      const std::size_t t = pooling == Pooling::cls ? std::min(skip, length - 1) : length - 1;
      std::copy_n(tokens.data() + t * width, width, out.data());
      return;
    }
    case Pooling::max:
      std::fill(out.begin(), out.end(), -1e9f);  // the reference's value for a text of which nothing is left
      for (std::size_t t = skip; t < length; ++t) {
        for (std::size_t i = 0; i < width; ++i) {
          const float h = tokens[t * width + i];
          out[i] = h > out[i] || h != h ? h : out[i];  // what is no number stays, and is seen
        }
      }
      return;
    case Pooling::mean: return divide(std::max(weighted_sum(tokens, width, skip, out, one), kLeast));
    case Pooling::mean_sqrt_len:
      return divide(std::sqrt(std::max(weighted_sum(tokens, width, skip, out, one), kLeast)));
    case Pooling::weighted_mean: {
      const auto place = [](std::size_t t) { return static_cast<float>(t); };
      return divide(std::max(weighted_sum(tokens, width, skip, out, place), kLeast));
    }
  }
}

void pool_gradient(Pooling pooling, std::span<const float> tokens, std::size_t width, std::size_t skip,
                   std::span<const float> dout, std::span<float> dtokens) {
  std::fill(dtokens.begin(), dtokens.end(), 0.0f);
  const std::size_t length = tokens.size() / width;
  if (length == 0) return;
  skip = std::min(skip, length);
  // dh_t = dout · weight(t)
  const auto spread = [&](const auto& weight) {
    for (std::size_t t = skip; t < length; ++t) {
      for (std::size_t i = 0; i < width; ++i) dtokens[t * width + i] = weight(t) * dout[i];
    }
  };
  const auto count = static_cast<float>(length - skip);
  switch (pooling) {
    case Pooling::cls:
    case Pooling::last_token: {
      const std::size_t t = pooling == Pooling::cls ? std::min(skip, length - 1) : length - 1;
      std::copy_n(dout.begin(), width, dtokens.begin() + static_cast<std::ptrdiff_t>(t * width));
      return;
    }
    case Pooling::max:
      for (std::size_t i = 0; i < width && skip < length; ++i) {
        std::size_t best = skip;
        for (std::size_t t = skip; t < length; ++t) {
          if (tokens[t * width + i] > tokens[best * width + i]) best = t;
        }
        dtokens[best * width + i] = dout[i];
      }
      return;
    case Pooling::mean: return spread([&](std::size_t) { return 1 / std::max(count, kLeast); });
    case Pooling::mean_sqrt_len: return spread([&](std::size_t) { return 1 / std::sqrt(std::max(count, kLeast)); });
    case Pooling::weighted_mean: {
      float weights = 0;
      for (std::size_t t = skip; t < length; ++t) weights += static_cast<float>(t + 1);
      return spread([&](std::size_t t) { return static_cast<float>(t + 1) / std::max(weights, kLeast); });
    }
  }
}

void normalize(std::span<float> vector) {
  const double exact = length_of(vector);
  const float length = std::max(static_cast<float>(exact), kLeastLength);
  if (std::isinf(length) && std::isfinite(exact)) {
    for (float& value : vector) value = static_cast<float>(value / exact);
    return;
  }
  for (float& value : vector) value /= length;
}

void normalize_gradient(std::span<const float> x, std::span<const float> dy, std::span<float> dx) {
  const auto exact = static_cast<float>(length_of(x));
  const double length = std::max(exact, kLeastLength);
  double along = 0;  // x · dy
  for (std::size_t i = 0; i < x.size(); ++i) along += double{x[i]} * dy[i];
  const double radial = exact < kLeastLength ? 0 : along / (length * length);
  for (std::size_t i = 0; i < x.size(); ++i) dx[i] = static_cast<float>((dy[i] - x[i] * radial) / length);
}

}  // namespace mana::kernels
