#include "mana/nn/source_attention.h"

#include <cmath>
#include <utility>

namespace mana::nn {

SourceAttention::SourceAttention(HeadRange heads, std::size_t head_width, const Columns<Tensor>& k, Sequences sources)
    : heads_(heads), head_width_(head_width) {
  const Columns<Tensor> watched{k.of, k.first + heads.first * head_width, heads.count * head_width};
  sources_.reserve(sources.count());
  for (std::size_t text = 0; text < sources.count(); ++text) {
    sources_.push_back(
        std::make_shared<const operations::KeyColumns>(watched, sources.begin(text), sources.length(text)));
  }
}

void SourceAttention::look(const Tensor& q, Sequences of_source) {
  rows_.clear();
  offsets_.assign(1, 0);
  std::vector<float> weights;
  const float divisor = std::sqrt(static_cast<float>(head_width_));
  for (std::size_t text = 0; text < of_source.count(); ++text) {
    const operations::KeyColumns& keys = *sources_[text];
    weights.resize(keys.count());
    for (std::size_t target = 0; target < of_source.length(text); ++target) {
      const float* const query = q.row(of_source.begin(text) + target).data() + heads_.first * head_width_;
      rows_.resize(offsets_.back() + keys.count());
      const std::span<float> mean = std::span(rows_).subspan(offsets_.back());
      for (std::size_t head = 0; head < heads_.count; ++head) {
        const std::size_t first = head * head_width_;
        keys.attend(query + first, {first, head_width_, divisor, {0, keys.count()}}, weights);
        for (std::size_t t = 0; t < keys.count(); ++t) mean[t] += weights[t];
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
  std::vector<std::shared_ptr<const operations::KeyColumns>> arranged;
  arranged.reserve(from.size());
  for (const std::uint32_t source : from) arranged.push_back(sources_[source]);
  sources_ = std::move(arranged);
}

}  // namespace mana::nn
