#include "mana/nn/source_attention.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mana::nn {
namespace {

/// scores ← softmax(scores / √d_k)
void softmax(std::span<float> scores, std::size_t head_width) {
  const float largest = *std::ranges::max_element(scores), divisor = std::sqrt(static_cast<float>(head_width));
  float sum = 0;
  for (float& score : scores) sum += score = std::exp((score - largest) / divisor);
  for (float& score : scores) score /= sum;
}

}  // namespace

SourceAttention::SourceAttention(const Run& run, const CrossAttention& layer, HeadRange heads, const Tensor& memory,
                                 Sequences sources)
    : heads_(heads), head_width_(layer.query.weights.outputs() / layer.heads) {
  const Tensor kv = layer.key_value(run, memory);
  const std::size_t first = heads.first * head_width_, width = heads.count * head_width_;
  sources_.reserve(sources.count());
  for (std::size_t text = 0; text < sources.count(); ++text) {
    const std::size_t tokens = sources.length(text);
    Keys keys{tokens, std::vector<float>(width * tokens)};
    for (std::size_t t = 0; t < tokens; ++t) {
      const std::span<const float> k = kv.row(sources.begin(text) + t).subspan(first, width);
      for (std::size_t i = 0; i < width; ++i) keys.transposed[i * tokens + t] = k[i];
    }
    sources_.push_back(std::make_shared<const Keys>(std::move(keys)));
  }
}

void SourceAttention::look(const Run& run, const CrossAttention& layer, const Tensor& x, Sequences of_source) {
  const Tensor q = layer.query(run, x);
  rows_.clear();
  offsets_.assign(1, 0);
  std::vector<float> scores;
  for (std::size_t text = 0; text < of_source.count(); ++text) {
    const Keys& keys = *sources_[text];
    for (std::size_t target = 0; target < of_source.length(text); ++target) {
      const float* const query = q.row(of_source.begin(text) + target).data();
      rows_.resize(offsets_.back() + keys.tokens);
      const std::span<float> mean = std::span(rows_).subspan(offsets_.back());
      for (std::size_t head = 0; head < heads_.count; ++head) {
        scores.assign(keys.tokens, 0);
        for (std::size_t i = 0; i < head_width_; ++i) {
          const float q_i = query[(heads_.first + head) * head_width_ + i];
          const float* const k_i = keys.transposed.data() + (head * head_width_ + i) * keys.tokens;
          for (std::size_t t = 0; t < keys.tokens; ++t) scores[t] += q_i * k_i[t];
        }
        softmax(scores, head_width_);
        for (std::size_t t = 0; t < keys.tokens; ++t) mean[t] += scores[t];
      }
      for (float& share : mean) share /= static_cast<float>(heads_.count);
      offsets_.push_back(rows_.size());
    }
  }
}

std::span<const float> SourceAttention::row(std::size_t target) const {
  return std::span(rows_).subspan(offsets_[target], offsets_[target + 1] - offsets_[target]);
}

void SourceAttention::add(const SourceAttention& others) {
  sources_.insert(sources_.end(), others.sources_.begin(), others.sources_.end());
}

void SourceAttention::arrange(std::span<const std::uint32_t> from) {
  std::vector<std::shared_ptr<const Keys>> arranged;
  arranged.reserve(from.size());
  for (const std::uint32_t source : from) arranged.push_back(sources_[source]);
  sources_ = std::move(arranged);
}

}  // namespace mana::nn
