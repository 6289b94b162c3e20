#include "mana/train/task.h"

#include <cmath>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"

namespace mana::train {

std::vector<std::uint32_t> Task::rows_read(const autograd::Parameter& parameter) const {
  throw Error("the task does not say which rows of the sparse '" + parameter.name + "' it reads");
}

float Task::differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times) {
  float value = 0;
  autograd::Variable mean;
  {
    const Stopwatch watch(times.forward);
    mean = loss(tape, batch);
    value = mean.value().data()[0];
  }
  const Stopwatch watch(times.backward);
  if (std::isfinite(value)) tape.backward(weight * mean);
  tape.clear();
  return value;
}

}  // namespace mana::train
