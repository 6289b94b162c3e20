#include "mana/formats/fasttext.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/formats/finite_values.h"
#include "mana/formats/repeated_words.h"
#include "mana/formats/written_words.h"

namespace mana::formats {
namespace {

constexpr std::int32_t kMagic = 793712314;
constexpr std::int32_t kVersion = 12;
constexpr std::int32_t kUpdateRate = 100;  // lrUpdateRate, which says nothing of the vectors
constexpr std::int64_t kNotPruned = -1;
enum class EntryType : std::int8_t { word = 0, label = 1 };

/// The fields of args, in order; double t follows.
struct Settings {
  std::int32_t dimensions, window, epochs, minimum_count, negatives, word_ngrams, loss, model, buckets, shortest,
      longest, update_rate;
};
static_assert(sizeof(Settings) == 12 * sizeof(std::int32_t));

class Reader {
 public:
  Reader(std::span<const std::byte> file, const std::string& name) : file_(file), name_(name) {}

  template <class T>
  T get(std::string_view what) {
    T value{};
    const std::span<const std::byte> bytes = take(sizeof value, what);
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  /// The text before the next NUL.
  std::string_view word() {
    const std::string_view rest(reinterpret_cast<const char*>(file_.data()) + at_, file_.size() - at_);
    const std::size_t end = rest.find('\0');
    if (end == rest.npos) fail("the file breaks off in a word");
    at_ += end + 1;
    return rest.substr(0, end);
  }

  std::span<const std::byte> take(std::uint64_t size, std::string_view what) {
    if (size > file_.size() - at_) fail(fmt::format("the file breaks off in {}", what));
    const auto part = file_.subspan(at_, size);
    at_ += size;
    return part;
  }

  std::size_t rest() const { return file_.size() - at_; }

  [[noreturn]] void fail(std::string_view what) const {
    throw FormatError(fmt::format("{}: byte {}: {}", name_, at_, what));
  }

 private:
  std::span<const std::byte> file_;
  const std::string& name_;
  std::size_t at_ = 0;
};

/// The number of tokens of the corpus, and into `vectors` the words and their counts.
std::uint64_t read_words(Reader& reader, WordVectors& vectors) {
  const auto entries = reader.get<std::int32_t>("the dictionary");
  const auto words = reader.get<std::int32_t>("the dictionary");
  const auto labels = reader.get<std::int32_t>("the dictionary");
  const auto tokens = reader.get<std::int64_t>("the dictionary");
  const auto pruned = reader.get<std::int64_t>("the dictionary");
  if (words <= 0 || labels < 0 || std::int64_t{words} + labels != entries)
    reader.fail("the numbers of words and labels do not add up");
  if (pruned >= 0) reader.fail("the dictionary is pruned, as that of a quantised model is, which is not supported");
  constexpr std::size_t kLeastEntry = 1 + sizeof(std::int64_t) + sizeof(EntryType);
  if (static_cast<std::size_t>(entries) > reader.rest() / kLeastEntry) reader.fail("the file cannot hold its words");
  vectors.words.reserve(static_cast<std::size_t>(words));
  vectors.counts.reserve(static_cast<std::size_t>(words));
  for (std::int32_t i = 0; i < entries; ++i) {
    const std::string_view word = reader.word();
    const auto count = reader.get<std::int64_t>("the count of a word");
    const auto type = reader.get<EntryType>("the type of a word");
    if (type != (i < words ? EntryType::word : EntryType::label)) reader.fail("words do not stand before labels");
    if (count < 0) reader.fail("the count of a word is negative");
    if (i >= words) continue;
    if (!is_readable_word(word))
      reader.fail(fmt::format("the word {} of {} is empty or has white space in it", i + 1, words));
    vectors.words.push_back(word);
    vectors.counts.push_back(static_cast<std::uint64_t>(count));
  }
  return static_cast<std::uint64_t>(std::max(tokens, std::int64_t{0}));
}

/// int64 for rows and columns, then f32 row after row.
std::span<const std::byte> read_matrix(Reader& reader, std::uint64_t rows, std::uint64_t columns) {
  const auto m = reader.get<std::int64_t>("the size of the input matrix");
  const auto n = reader.get<std::int64_t>("the size of the input matrix");
  if (m < 0 || n < 0 || static_cast<std::uint64_t>(m) != rows || static_cast<std::uint64_t>(n) != columns) {
    reader.fail(fmt::format("the input matrix is [{}, {}]; its words and buckets need [{}, {}]", m, n, rows, columns));
  }
  if (rows > reader.rest() / sizeof(float) / columns) reader.fail("the file breaks off in the input matrix");
  return reader.take(rows * columns * sizeof(float), "the input matrix");
}

/// The settings of a model of words; nothing for a classifier.
std::optional<VectorTraining> training_of(const Settings& settings, double sample, std::uint64_t tokens) {
  VectorTraining training{.window = settings.window,
                          .epochs = settings.epochs,
                          .minimum_count = settings.minimum_count,
                          .negatives = settings.negatives,
                          .loss = static_cast<VectorTraining::Loss>(settings.loss),
                          .model = static_cast<VectorTraining::Model>(settings.model),
                          .sample = sample,
                          .tokens = tokens};
  using enum VectorTraining::Loss;
  using enum VectorTraining::Model;
  const bool of_words = (training.loss == hierarchical_softmax || training.loss == negative_sampling) &&
                        (training.model == cbow || training.model == skip_gram);
  return of_words ? std::optional(training) : std::nullopt;
}

/// The rows of the output layer; nothing where they are not there or of another size, for only training needs them.
std::span<const std::byte> read_output(Reader& reader, std::uint64_t rows, std::uint64_t columns) {
  constexpr std::size_t kHeader = sizeof(std::uint8_t) + 2 * sizeof(std::int64_t);
  if (reader.rest() < kHeader || reader.get<std::uint8_t>("the output matrix") != 0) return {};
  const auto m = reader.get<std::int64_t>("the output matrix");
  const auto n = reader.get<std::int64_t>("the output matrix");
  if (std::cmp_not_equal(m, rows) || std::cmp_not_equal(n, columns)) return {};
  if (rows > reader.rest() / sizeof(float) / columns) return {};
  return reader.take(rows * columns * sizeof(float), "the output matrix");
}

class Writer {
 public:
  explicit Writer(const std::filesystem::path& path) : file_(path) {}

  template <class T>
  void put(T value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    block_.append(reinterpret_cast<const char*>(&value), sizeof value);
    write_full_block(file_, block_, false);
  }
  void rows(std::span<const std::byte> bytes) {
    constexpr std::size_t kMany = std::size_t{1} << 20;
    if (bytes.size() >= kMany) {
      write_full_block(file_, block_, true);
      return file_.write(bytes);
    }
    block_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    write_full_block(file_, block_, false);
  }
  void word(std::string_view word) { block_.append(word) += '\0'; }
  void commit() {
    write_full_block(file_, block_, true);
    file_.commit();
  }

 private:
  AtomicFile file_;
  std::string block_;
};

void require_fitting(const WordVectors& vectors, const VectorTraining& training) {
  require_writable_words(vectors);
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::size_t buckets = vectors.subwords ? vectors.subwords->buckets : 0;
  if (vectors.size() > kMost || vectors.dimensions > kMost || buckets > kMost) {
    throw ArgumentError("a fastText file cannot hold so many words, dimensions or buckets");
  }
  if (vectors.counts.size() != vectors.size()) throw ArgumentError("a fastText file needs the count of every word");
  if (!training.output.empty() && training.output.size() != vectors.size() * vectors.dimensions * sizeof(float)) {
    throw ArgumentError("the output matrix must be as large as that of the words");
  }
  if ((vectors.subwords && !all_finite(vectors.subwords->bytes)) || !all_finite(training.output)) {
    throw ArgumentError(
        "a vector of a part of a word, or of the output layer, is not of finite numbers; make them again");
  }
}

}  // namespace

bool is_fasttext(std::span<const std::byte> file) {
  std::int32_t magic = 0;
  if (file.size() < sizeof magic) return false;
  std::memcpy(&magic, file.data(), sizeof magic);
  return magic == kMagic;
}

WordVectors parse_fasttext(std::span<const std::byte> file, const std::string& name,
                           std::shared_ptr<const void> owner) {
  Reader reader(file, name);
  if (!is_fasttext(file)) reader.fail("this is no fastText model");
  reader.get<std::int32_t>("the header");
  const auto version = reader.get<std::int32_t>("the header");
  if (version != kVersion) reader.fail(fmt::format("its version is {}; only {} is supported", version, kVersion));
  const auto settings = reader.get<Settings>("the settings");
  const auto sample = reader.get<double>("the settings");
  if (settings.dimensions <= 0) reader.fail("its vectors have no dimensions");
  if (settings.buckets < 0 || settings.shortest < 0) reader.fail("the buckets and lengths of n-grams are negative");
  constexpr std::int32_t kLongest = 256;  // beyond, n-grams of a hostile word would be endless
  if (settings.longest > kLongest) reader.fail(fmt::format("its n-grams are longer than {}", kLongest));

  WordVectors vectors;
  vectors.dimensions = static_cast<std::size_t>(settings.dimensions);
  vectors.owner = std::move(owner);
  const std::uint64_t tokens = read_words(reader, vectors);
  if (reader.get<std::uint8_t>("the kind of the input matrix") != 0) {
    reader.fail("the model is quantised, which is not supported; use the one that it was made of");
  }
  const auto buckets = static_cast<std::size_t>(settings.buckets);
  const std::span<const std::byte> matrix = read_matrix(reader, vectors.size() + buckets, vectors.dimensions);
  const std::size_t own = vectors.size() * vectors.dimensions * sizeof(float);
  vectors.bytes = matrix.first(own);
  if (buckets > 0 && settings.longest > 0) {
    vectors.subwords = Subwords{static_cast<std::size_t>(settings.shortest), static_cast<std::size_t>(settings.longest),
                                buckets, matrix.subspan(own)};
  }
  vectors.training = training_of(settings, sample, tokens);
  if (vectors.training) vectors.training->output = read_output(reader, vectors.size(), vectors.dimensions);
  vectors.source = name;
  leave_out_repeated(vectors);
  return vectors;
}

void write_fasttext(const std::filesystem::path& path, const WordVectors& vectors) {
  const VectorTraining training = vectors.training.value_or(VectorTraining{});
  require_fitting(vectors, training);
  const auto number = [](std::size_t value) { return static_cast<std::int32_t>(value); };
  const Subwords none{.shortest = 0, .longest = 0, .buckets = 0, .bytes = {}};
  const Subwords& subwords = vectors.subwords ? *vectors.subwords : none;

  Writer file(path);
  file.put(kMagic);
  file.put(kVersion);
  for (const std::int32_t field :
       {number(vectors.dimensions), training.window, training.epochs, training.minimum_count, training.negatives, 1,
        static_cast<std::int32_t>(training.loss), static_cast<std::int32_t>(training.model), number(subwords.buckets),
        number(subwords.shortest), number(subwords.longest), kUpdateRate}) {
    file.put(field);
  }
  file.put(training.sample);
  file.put(number(vectors.size()));
  file.put(number(vectors.size()));
  file.put(std::int32_t{0});
  file.put(static_cast<std::int64_t>(training.tokens));
  file.put(kNotPruned);
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    file.word(vectors.words[word]);
    file.put(static_cast<std::int64_t>(vectors.counts[word]));
    file.put(EntryType::word);
  }
  std::vector<float> row(vectors.dimensions);
  file.put(std::uint8_t{0});
  file.put(static_cast<std::int64_t>(vectors.size() + subwords.buckets));
  file.put(static_cast<std::int64_t>(vectors.dimensions));
  for (std::size_t word = 0; word < vectors.size(); ++word) {
    vectors.read_row(word, row);
    file.rows(std::as_bytes(std::span(row)));
  }
  file.rows(subwords.bytes);
  file.put(std::uint8_t{0});
  file.put(static_cast<std::int64_t>(vectors.size()));
  file.put(static_cast<std::int64_t>(vectors.dimensions));
  const std::vector<float> zeros(vectors.dimensions);
  if (!training.output.empty()) file.rows(training.output);
  for (std::size_t word = 0; training.output.empty() && word < vectors.size(); ++word) {
    file.rows(std::as_bytes(std::span(zeros)));
  }
  file.commit();
}

}  // namespace mana::formats
