#include "mana/autograd/operations/mean.h"

#include "mana/autograd/operations/view.h"
#include "mana/autograd/reference/mean.h"

namespace mana::autograd {

Variable sum(Variable x) {
  Tensor y = x.tape().tensor(1, 1);
  reference::sum(view(x.value()), view(y));
  return x.tape().record(std::move(y), {x},
                         [x](const Tensor& dy) { reference::sum_gradient(view(dy), view(x.gradient())); });
}

Variable mean(Variable x) {
  Tensor y = x.tape().tensor(1, 1);
  reference::mean(view(x.value()), view(y));
  return x.tape().record(std::move(y), {x},
                         [x](const Tensor& dy) { reference::mean_gradient(view(dy), view(x.gradient())); });
}

Variable mean_square(Variable x) {
  Tensor y = x.tape().tensor(1, 1);
  reference::mean_square(view(x.value()), view(y));
  return x.tape().record(std::move(y), {x}, [x](const Tensor& dy) {
    reference::mean_square_gradient(view(x.value()), view(dy), view(x.gradient()));
  });
}

}  // namespace mana::autograd
