#include "mana/train/moving_average.h"

#include <algorithm>

#include "mana/operations/elementwise.h"

namespace mana::train {

MovingAverage::MovingAverage(std::span<autograd::Parameter> parameters, double decay)
    : parameters_(parameters), decay_(static_cast<float>(decay)) {
  for (const autograd::Parameter& parameter : parameters_) {
    Buffer<float> average(parameter.frozen ? 0 : parameter.size());
    std::copy_n(parameter.values.data(), average.size(), average.data());
    averages_.push_back(std::move(average));
  }
}

void MovingAverage::update(const kernels::Run& run) {
  const auto timer = run.timer("moving average");
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    const std::span<float> average(averages_[i].data(), averages_[i].size());
    operations::move_towards(run, decay_, parameters_[i].values.first(average.size()), average);
  }
}

void MovingAverage::swap() {
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    std::swap_ranges(averages_[i].data(), averages_[i].data() + averages_[i].size(), parameters_[i].values.data());
  }
}

void MovingAverage::for_each_state(const std::function<void(const std::string&, std::span<std::byte>)>& visit) {
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    if (averages_[i].size() == 0) continue;
    visit("average." + parameters_[i].name,
          std::as_writable_bytes(std::span(averages_[i].data(), averages_[i].size())));
  }
}

}  // namespace mana::train
