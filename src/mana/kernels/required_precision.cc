#include "mana/kernels/required_precision.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::kernels {

void require_available(Precision precision, Isa isa) {
  if (available(precision, isa)) return;
  throw ArgumentError(
      fmt::format("{} needs a processor with AVX-512 BF16 or AMX and no lower `isa`; here {} is used, so take f32 or "
                  "int8",
                  name_of(precision), name_of(isa)));
}

void require_trainable(Precision precision, Isa isa) {
  if (precision != Precision::int8 && available(precision, isa)) return;
  throw ArgumentError(fmt::format("a model cannot be trained in {} at {}; take f32", name_of(precision), name_of(isa)));
}

}  // namespace mana::kernels
