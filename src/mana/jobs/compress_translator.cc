#include "mana/jobs/compress_translator.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "mana/base/atomic_folder.h"
#include "mana/base/output_lock.h"
#include "mana/generate/translator.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/pack_targets.h"
#include "mana/jobs/transformers_output.h"
#include "mana/models/transformer/translator_folder.h"

namespace mana::jobs {
namespace {

void refuse_what_is_for_encoders(const CompressOptions& options) {
  const std::pair<bool, std::string_view> given[] = {{options.layers.has_value(), "layers"},
                                                     {options.vocabulary.has_value(), "vocabulary"},
                                                     {options.distil, "distil"},
                                                     {options.dimensions.has_value(), "dimensions"},
                                                     {options.no_pack, "no_pack"},
                                                     {options.corpus != nullptr, "corpus"},
                                                     {options.data.has_value(), "data"},
                                                     {options.max_drop.has_value(), "max_drop"}};
  for (const auto& [is_given, name] : given) {
    if (!is_given) continue;
    throw OptionError(fmt::format(
        "{} is a translator, which is packed and otherwise stays as it is: leave out `{}`, which is for encoders",
        options.model.string(), name));
  }
}

}  // namespace

PackedTranslatorResult pack_translator(const CompressOptions& options) {
  refuse_what_is_for_encoders(options);
  const std::vector<models::PackTarget> targets = pack_targets(options.precision, options.levels);
  require_other_folder(options.output, options.model, "packed");
  const OutputLock lock(options.output);
  AtomicFolder output = transformers_output(options.output, options.force);
  models::copy_translator(options.model, output.temporary());
  const bool computed = options.precision == computed_precision(options.precision);
  models::write_packed_translator(output.temporary(), targets, computed ? options.precision : std::nullopt);
  const generate::Translator translator(output.temporary(), {.threads = 1});
  PackedTranslatorResult result{.size = models::size_on_disk(output.temporary()),
                                .precision = translator.precision(),
                                .layouts = translator.packed_model()->layouts()};
  output.commit();
  return result;
}

}  // namespace mana::jobs
