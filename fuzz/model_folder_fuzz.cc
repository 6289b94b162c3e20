// A whole model folder whose files fit each other, but for some edits: a number of its JSON becomes another, bytes are
// changed, left out or doubled. It goes all the way: loaded, texts embedded, and one step of training without its
// update.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/engine/encoder.h"
#include "mana/models/sentence/trainable_model.h"
#include "tests/support/source_path.h"

namespace {

namespace fs = std::filesystem;

constexpr std::array kFolders = {"mean", "layer_norm", "dense_tanh", "weightedmean", "no_modules", "vocabulary_file"};
constexpr std::array<std::string_view, 16> kNumbers = {"0",        "1",   "-1",    "2",          "3",          "99",
                                                       "100",      "127", "65536", "2147483647", "2147483648", "1e308",
                                                       "16777216", "0.5", "-1e-3", "null"};
constexpr std::size_t kMostEdits = 8;

struct Edit {
  std::uint8_t file = 0, kind = 0, place_low = 0, place_high = 0, value = 0;
  std::size_t place() const { return place_high * 256U + place_low; }
};

/// The place-th number of a JSON file becomes one that means trouble.
void change_number(std::string& text, const Edit& edit) {
  constexpr std::string_view kDigits = "-0123456789.eE+";
  std::vector<std::pair<std::size_t, std::size_t>> numbers;  // begin, size
  for (std::size_t i = text.find_first_of("-0123456789"); i < text.size(); i = text.find_first_of("-0123456789", i)) {
    const std::size_t end = std::min(text.find_first_not_of(kDigits, i), text.size());
    numbers.emplace_back(i, end - i);
    i = end;
  }
  if (numbers.empty()) return;
  const auto [begin, size] = numbers[edit.place() % numbers.size()];
  text.replace(begin, size, kNumbers[edit.value % kNumbers.size()]);
}

void apply(const Edit& edit, std::string& text) {
  if (text.empty()) return;
  const std::size_t place = edit.place() % text.size();
  switch (edit.kind % 4) {
    case 0: change_number(text, edit); break;
    case 1: text[place] = static_cast<char>(edit.value); break;
    case 2: text.erase(place, edit.value + std::size_t{1}); break;
    default: text.insert(place, text.substr(place, edit.value + std::size_t{1}));
  }
}

/// The folder with its edits: the other files are links to what they are.
void make_folder(std::span<const std::uint8_t> input, const fs::path& folder) {
  const fs::path original = mana::fixture_path("sentence_models") / kFolders[input[0] % kFolders.size()];
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(original)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), original));
  }
  std::ranges::sort(files);

  std::map<fs::path, std::string> edited;
  for (std::size_t i = 1; i + sizeof(Edit) <= input.size() && i < 1 + kMostEdits * sizeof(Edit); i += sizeof(Edit)) {
    const Edit edit{input[i], input[i + 1], input[i + 2], input[i + 3], input[i + 4]};
    const fs::path& file = files[edit.file % files.size()];
    const auto [text, first] = edited.try_emplace(file);
    if (first) text->second = mana::read_file(original / file);
    apply(edit, text->second);
  }

  for (const fs::path& file : files) {
    fs::create_directories((folder / file).parent_path());
    if (edited.contains(file)) {
      std::ofstream(folder / file, std::ios::binary) << edited[file];
    } else {
      fs::create_symlink(original / file, folder / file);
    }
  }
}

/// Vectors are finite, or none.
void embed(const mana::engine::Encoder& encoder, std::span<const std::string> texts) {
  const mana::engine::Embeddings embeddings = encoder.embed(texts);
  if (embeddings.size() != texts.size()) std::abort();
  if (!std::ranges::all_of(embeddings.values, [](float value) { return std::isfinite(value); })) std::abort();
}

void step(const fs::path& folder, const mana::engine::TokenizedTexts& texts) {
  using mana::kernels::Isa, mana::kernels::Precision;
  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
  for (const mana::engine::Piece& piece : texts.pieces) {
    ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  mana::models::TrainableModel model(mana::formats::read_sentence_folder(folder), Isa::portable, Precision::f32);
  mana::Pool pool;
  mana::autograd::Tape tape({model.kernels(), pool, nullptr, nullptr});
  mana::nn::Masks masks = model.masks(1, 1);
  const auto vectors = model(model.training(tape, masks), {ids, {}, offsets});
  mana::Tensor gradient = tape.tensor(vectors.rows(), vectors.columns());
  std::fill_n(gradient.data(), vectors.rows() * vectors.columns(), 1.0f);
  tape.backward(vectors, gradient);
}

}  // namespace

/// Whatever the edits: an Error that says what is wrong, or vectors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const mana::TemporaryFolder place;
  const std::vector<std::string> texts = {"", "the cat sat on the mat", "42 !", std::string(400, 'a') + " the"};
  try {
    make_folder({data, size}, place / "model");
    const mana::engine::Encoder encoder(place / "model", {.threads = 1});
    embed(encoder, texts);
    step(place / "model", encoder.tokenize(texts));
  } catch (const mana::Error&) {
  }
  return 0;
}
