#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/models/packed_parts.h"
#include "mana/models/sentence/origin.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/sentence/packed_sections.h"

namespace mana::models {
namespace {

const kernels::Table& kernels_of(const PackTarget& target) {
  const std::vector<kernels::Isa> here = kernels::available_isas();
  if (std::ranges::find(here, target.isa) == here.end() || !kernels::available(target.precision, target.isa)) {
    throw ArgumentError(fmt::format("this processor has no {} at {}, so a model cannot be packed for it here",
                                    name_of(target.precision), name_of(target.isa)));
  }
  return kernels::table(target.isa, target.precision);
}

}  // namespace

void write_packed_model(const std::filesystem::path& folder, std::span<const PackTarget> targets,
                        std::optional<kernels::Precision> precision) {
  if (targets.empty()) throw ArgumentError("a packed model needs at least one target, a level and a precision");
  if (precision && std::ranges::find(targets, *precision, &PackTarget::precision) == targets.end()) {
    throw ArgumentError(fmt::format("a packed model that is meant for {} needs a target in it", name_of(*precision)));
  }
  const formats::SentenceFolder source = formats::read_sentence_folder(folder);
  std::vector<const kernels::Table*> layouts;  // one table for each layout
  for (const PackTarget& target : targets) {
    const kernels::Table& kernels = kernels_of(target);
    const auto same = [&](const kernels::Table* other) { return other->layout == kernels.layout; };
    if (std::ranges::none_of(layouts, same)) layouts.push_back(&kernels);
  }

  const formats::PackedOrigin origin = {origin_sample(source), origin_content(source)};
  std::vector<SentenceModel> models;  // the sections' bytes
  models.reserve(layouts.size());
  SectionWriter writer;
  std::vector<std::string> layout_names;
  layout_names.reserve(layouts.size());
  for (const kernels::Table* kernels : layouts) layout_names.push_back(name_of(kernels->layout));
  const std::string names = fmt::format("{}", fmt::join(layout_names, " "));
  writer.add(std::string(kLayoutsSection), std::as_bytes(std::span(names)));
  if (precision) writer.add(std::string(kPrecisionSection), std::as_bytes(std::span(name_of(*precision))));
  for (const kernels::Table* kernels : layouts) {
    walk_weights(std::as_const(models.emplace_back(load_sentence_model(source, source.modules, *kernels))), writer);
    writer.next_model();
  }
  const std::vector<std::byte> tokenizer = formats::load_tokenizer(source, models.front().vocabulary()).compiled();
  writer.add(std::string(kTokenizerSection), tokenizer);
  formats::write_packed_file(source.folder / kPackedModelFile, writer.sections(), origin);
}

}  // namespace mana::models
