#include "mana/word2vec/checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/formats/safetensors.h"

namespace mana::word2vec {
namespace {

using nlohmann::ordered_json;

std::span<const std::byte> bytes_of(const Matrix& matrix) {
  return std::as_bytes(std::span(matrix.row(0), matrix.rows() * matrix.width()));
}

formats::TensorToWrite tensor_of(std::string name, const Matrix& matrix) {
  return {std::move(name), DType::f32, {matrix.rows(), matrix.width()}, bytes_of(matrix)};
}

/// Rows and width are those of `like`, or the file is not what its metadata says.
Matrix read_matrix(const formats::Safetensors& file, const std::string& name, const Matrix& like) {
  const auto found = file.tensors().find(name);
  const formats::Shape shape = {like.rows(), like.width()};
  if (found == file.tensors().end() || found->second.dtype != DType::f32 || found->second.shape != shape) {
    throw FormatError(fmt::format("{}: the checkpoint has no matrix {} of shape {}; remove it to start afresh",
                                  file.file().path().string(), name, formats::to_string(shape)));
  }
  Matrix matrix(like.rows(), like.dimensions());
  std::memcpy(matrix.row(0), found->second.bytes.data(), found->second.bytes.size());
  return matrix;
}

std::uint64_t sum_of(const std::string& job, const std::string& state, std::span<const std::byte> inputs,
                     std::span<const std::byte> outputs) {
  std::uint64_t sum = 0;
  for (const std::span<const std::byte> part :
       {std::as_bytes(std::span(job)), std::as_bytes(std::span(state)), inputs, outputs}) {
    sum = xxh64(part, sum);
  }
  return sum;
}

ordered_json to_json(const TrainingState& state) {
  const TrainingTally& tally = state.tally;
  return {{"blocks", state.blocks},
          {"words", tally.words},
          {"trained_words", tally.trained_words},
          {"positive_pairs", tally.positive_pairs},
          {"negative_pairs", tally.negative_pairs},
          {"loss", tally.loss},
          {"loss_pairs", tally.loss_pairs}};
}

TrainingState state_of(const std::string& text) {
  const ordered_json json = ordered_json::parse(text);
  TrainingState state;
  state.blocks = json.at("blocks");
  state.tally.words = json.at("words");
  state.tally.trained_words = json.at("trained_words");
  state.tally.positive_pairs = json.at("positive_pairs");
  state.tally.negative_pairs = json.at("negative_pairs");
  state.tally.loss = json.at("loss");
  state.tally.loss_pairs = json.at("loss_pairs");
  return state;
}

}  // namespace

std::string describe_job(const Corpus& corpus, const WordTraining& training) {
  ordered_json job = {{"text", fmt::format("{:016x}", corpus.digest())},
                      {"cbow", training.architecture == Architecture::cbow},
                      {"hierarchical_softmax", training.objective == Objective::hierarchical_softmax},
                      {"dimensions", training.dimensions},
                      {"window", training.window},
                      {"whole_window", training.whole_window},
                      {"negatives", training.negatives},
                      {"epochs", training.epochs},
                      {"sample", training.sample},
                      {"learning_rate", training.first_rate()},
                      {"seed", training.seed},
                      {"deterministic", training.deterministic}};
  if (training.subwords) {
    const Subwords& subwords = *training.subwords;
    job["subwords"] = {subwords.shortest, subwords.longest, subwords.buckets};
  }
  return job.dump();
}

void write_checkpoint(const std::filesystem::path& path, const WordTrainer& trainer, const std::string& job) {
  const Matrices& matrices = trainer.matrices();
  const formats::TensorToWrite tensors[] = {tensor_of("inputs", matrices.inputs),
                                            tensor_of("outputs", matrices.outputs)};
  const std::string state = to_json(trainer.state()).dump();
  const std::uint64_t sum = sum_of(job, state, tensors[0].bytes, tensors[1].bytes);
  formats::write_safetensors(path, tensors, {{"job", job}, {"state", state}, {"sum", fmt::format("{:016x}", sum)}});
}

void require_own_checkpoint(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::is_regular_file(status) || std::filesystem::file_size(path, ignored) == 0) return;
  try {
    const formats::Safetensors file = formats::Safetensors::open(path);
    if (file.metadata().contains("job") && file.metadata().contains("state")) return;
  } catch (const FormatError&) {  // what is damaged may be anybody's
  }
  throw ArgumentError(fmt::format(
      "{} is there and is no checkpoint of word vectors, which will stand there; move it, or give another output",
      path.string()));
}

void resume_from_checkpoint(const std::filesystem::path& path, WordTrainer& trainer, const std::string& job) {
  const formats::Safetensors file = formats::Safetensors::open(path);
  const auto told = file.metadata().find("job");
  const auto state = file.metadata().find("state");
  if (told == file.metadata().end() || state == file.metadata().end())
    throw FormatError(fmt::format("{} is no checkpoint of word vectors; remove it to start afresh", path.string()));
  try {
    const ordered_json theirs = ordered_json::parse(told->second);
    const ordered_json ours = ordered_json::parse(job);
    for (const auto& [name, value] : ours.items()) {
      if (theirs.contains(name) && theirs[name] == value) continue;
      if (name == "text") {
        throw ArgumentError(fmt::format(
            "{} was written of another text; give that one, or train without `resume` to start afresh", path.string()));
      }
      throw ArgumentError(
          fmt::format("{} was written with {} {}, not {}; train as it was, or without `resume` to start afresh",
                      path.string(), name, theirs.value(name, ordered_json()).dump(), value.dump()));
    }
    const auto sum = file.metadata().find("sum");
    Matrices matrices{read_matrix(file, "inputs", trainer.matrices().inputs),
                      read_matrix(file, "outputs", trainer.matrices().outputs)};
    const std::uint64_t found =
        sum_of(told->second, state->second, bytes_of(matrices.inputs), bytes_of(matrices.outputs));
    if (sum == file.metadata().end() || sum->second != fmt::format("{:016x}", found)) {
      throw FormatError(fmt::format("{} is damaged, for its sum is another; remove it to start afresh", path.string()));
    }
    TrainingState from = state_of(state->second);
    if (from.blocks > trainer.total_blocks()) throw FormatError(fmt::format("{} is damaged", path.string()));
    trainer.resume(from, std::move(matrices));
  } catch (const nlohmann::json::exception&) {
    throw FormatError(fmt::format("{} is no checkpoint of word vectors; remove it to start afresh", path.string()));
  }
}

}  // namespace mana::word2vec
