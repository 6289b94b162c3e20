#include "mana/cli/explain/shape_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "mana/base/file.h"
#include "mana/cli/train/masked_options.h"
#include "mana/cli/train/sequence_options.h"
#include "mana/jobs/option_error.h"
#include "mana/models/masked/shapes.h"

namespace mana::cli {
namespace {

constexpr Range kVocabulary{.least = 1, .most = 1 << 24};

bool has_line(const std::string& text, std::string_view wanted) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    std::erase_if(line, is_space);
    if (line.substr(0, line.find('#')) == wanted) return true;
  }
  return false;
}

/// What is wrong in a file is said of the file.
template <class Read>
auto in(const std::string& toml, const Read& read) {
  try {
    return read(toml);
  } catch (const jobs::OptionError& error) {
    throw jobs::OptionError(fmt::format("{}: {}", toml, error.what()));
  } catch (const UsageError& error) {
    const std::string_view sentence = error.what();
    if (sentence.find(toml) != sentence.npos) throw;
    throw UsageError(fmt::format("{}: {}", toml, sentence));
  }
}

}  // namespace

void ShapeChoice::describe(Options& options) {
  options.option("--shape", "FILE",
                 fmt::format("A config.json, a TOML file of mana train seq2seq or mana train mlm, or one of {}; no "
                             "weights are needed",
                             fmt::join(models::shape_names(), ", ")),
                 shape);
  options.option("--vocabulary", "N", "Tokens, where the shape is of a TOML file or known by name", sizes.vocabulary,
                 kVocabulary);
  options.option("--target-vocabulary", "N", "Those of the target, where they are others", sizes.target_vocabulary,
                 kVocabulary);
}

models::ShapeConfig ShapeChoice::read() const {
  if (sizes.target_vocabulary && !sizes.vocabulary) {
    throw UsageError("--target-vocabulary belongs to --vocabulary, which was not given");
  }
  if (std::ranges::count(models::shape_names(), *shape) != 0) {
    jobs::TrainMaskedOptions named;
    named.shape = *shape;
    return jobs::shape_config(named, sizes);
  }
  const std::string text = read_file(*shape);
  if (const std::size_t first = text.find_first_not_of(" \t\r\n"); first != text.npos && text[first] == '{') {
    if (sizes.given()) throw UsageError(fmt::format("{} says the vocabulary; leave --vocabulary out", *shape));
    return models::read_shape_config(*shape);
  }
  const bool translates = has_line(text, "[train.seq2seq]"), encodes = has_line(text, "[train.mlm]");
  if (translates && encodes) {
    throw UsageError(
        fmt::format("{} has two shapes, of [train.seq2seq] and of [train.mlm]; give a file with one of them", *shape));
  }
  if (translates) return jobs::shape_config(in(*shape, SequenceChoice::in_file), sizes);
  if (encodes) return jobs::shape_config(in(*shape, MaskedChoice::in_file), sizes);
  throw UsageError(fmt::format(
      "{} says no shape: it is neither a config.json nor a TOML file with [train.seq2seq] or [train.mlm]", *shape));
}

models::ShapeConfig ShapeChoice::read_without_vocabulary() const {
  try {
    return read();
  } catch (const jobs::UnknownVocabulary&) {
    ShapeChoice any = *this;
    any.sizes.vocabulary = 1000;
    return any.read();
  }
}

}  // namespace mana::cli
