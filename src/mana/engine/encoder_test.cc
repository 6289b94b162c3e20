// The engine on small models: what it says of each text, overflow, options that do not fit, cancelling, many callers.
// (tests/parity holds the vectors themselves against the reference.)
#include "mana/engine/encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/sentence/trainable_model.h"
#include "tests/support/source_path.h"

namespace mana::engine {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::filesystem::path model(const std::string& name) { return fixture_path("sentence_models/" + name); }

std::string repeated(const std::string& word, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += word + " ";
  return text;
}

double length(std::span<const float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  return std::sqrt(squares);
}

TEST(Encoder, ServesAModelInMemoryWhileItChanges) {
  models::TrainableModel trained(formats::read_sentence_folder(model("dense_tanh")), kernels::Isa::portable,
                                 kernels::Precision::f32);
  const Encoder encoder(trained.shared_model(), trained.kernels(), trained.folder(), {.threads = 1});
  const Encoder from_folder(model("dense_tanh"),
                            {.threads = 1, .isa = kernels::Isa::portable, .precision = kernels::Precision::f32});
  EXPECT_EQ(encoder.embed("the cat sat"), from_folder.embed("the cat sat"));

  autograd::Parameter& bias = trained.parameters().back();
  bias.values[0] += 1;
  Pool pool;
  trained.refresh({trained.kernels(), pool});
  EXPECT_NE(encoder.embed("the cat sat"), from_folder.embed("the cat sat"));
  const TemporaryFolder folder;
  trained.save(folder / "model");
  const Encoder saved(folder / "model",
                      {.threads = 1, .isa = kernels::Isa::portable, .precision = kernels::Precision::f32});
  EXPECT_EQ(encoder.embed("the cat sat"), saved.embed("the cat sat"));
  EXPECT_THROW(Encoder(trained.shared_model(), trained.kernels(), trained.folder(), {.normalize = false}),
               ArgumentError);
}

TEST(Encoder, SaysHowManyTokensEachTextHasAndWhetherItWasCut) {
  const Encoder encoder(model("mean"), {.threads = 2, .max_tokens = 10});
  const std::vector<std::string> texts = {"", "the cat", repeated("cat", 8), repeated("cat", 9)};
  const Embeddings embeddings = encoder.embed(texts);
  const TextInfo expected[] = {{2, 2, false}, {4, 4, false}, {10, 10, false}, {10, 11, true}};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(embeddings.texts[i].tokens, expected[i].tokens);
    EXPECT_EQ(embeddings.texts[i].total_tokens, expected[i].total_tokens);
    EXPECT_EQ(embeddings.texts[i].truncated, expected[i].truncated);
  }
}

TEST(Encoder, TokenizesWhatItEmbeds) {
  for (const Overflow overflow : {Overflow::truncate, Overflow::mean}) {
    const Encoder encoder(model("prompts"),
                          {.threads = 2, .max_tokens = 10, .prompt_text = "the ", .overflow = overflow});
    const std::vector<std::string> texts = {"", "the cat", repeated("cat", 8), repeated("cat", 30)};
    const TokenizedTexts tokenized = encoder.tokenize(texts);
    const Embeddings embeddings = encoder.embed(texts);
    std::size_t next = 0;
    for (const Piece& piece : tokenized.pieces) {
      if (piece.text != next) continue;
      std::vector<text::TokenId> ids;
      encoder.tokens(texts[next], ids);
      EXPECT_TRUE(std::ranges::equal(piece.ids, ids)) << next;
      EXPECT_EQ(tokenized.texts[next].tokens, embeddings.texts[next].tokens);
      EXPECT_EQ(tokenized.texts[next].total_tokens, embeddings.texts[next].total_tokens);
      EXPECT_EQ(tokenized.texts[next].truncated, embeddings.texts[next].truncated);
      ++next;
    }
    EXPECT_EQ(next, texts.size());
    EXPECT_EQ(tokenized.pieces.size() > texts.size(), overflow == Overflow::mean);
  }
}

TEST(Encoder, NoTextsGiveNoRows) {
  const Encoder encoder(model("mean"));
  EXPECT_EQ(encoder.embed(std::span<const std::string>()).size(), 0U);
  encoder.stream([](std::string&) { return false; },
                 [](std::size_t, std::span<const std::string>, const Embeddings&) { FAIL() << "there is nothing"; });
}

TEST(Encoder, AnOverlongTextIsAnErrorWhereItIsAskedToBe) {
  const Encoder encoder(model("mean"), {.max_tokens = 10, .overflow = Overflow::error});
  EXPECT_NO_THROW(encoder.embed(repeated("cat", 8)));
  const std::vector<std::string> texts = {"cat", repeated("cat", 9)};
  EXPECT_THAT([&] { encoder.embed(texts); }, ThrowsMessage<ArgumentError>(HasSubstr("text 2 has 11 tokens")));
}

TEST(Encoder, TheMeanOfChunksIsWeightedByTheirTokens) {
  const EncoderOptions whole{.normalize = false};
  const Encoder plain(model("mean"), whole);
  EncoderOptions chunked = whole;
  chunked.max_tokens = 6;
  chunked.overflow = Overflow::mean;
  const Encoder encoder(model("mean"), chunked);

  // 4 + 2 words, so pieces of 6 and 4 tokens.
  const std::vector<float> first = plain.embed("the cat sat on"), second = plain.embed("the mat");
  const std::vector<std::string> texts = {"the cat sat on the mat", "the mat"};
  const Embeddings embeddings = encoder.embed(texts);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_NEAR(embeddings[0][i], (6 * first[i] + 4 * second[i]) / 10, 1e-6);
    EXPECT_NEAR(embeddings[1][i], second[i], 1e-6);
  }
  EXPECT_EQ(embeddings.texts[0].tokens, 8U);
  EXPECT_FALSE(embeddings.texts[0].truncated);
}

TEST(Encoder, ATextWithoutTokensIsTheMeanOfItsOnlyChunk) {
  for (const char* name : {"plain", "model2vec", "dense"}) {
    const std::filesystem::path folder = fixture_path("static_models/" + std::string(name));
    const Encoder whole(folder), chunked(folder, {.max_tokens = 3, .overflow = Overflow::mean});
    EXPECT_EQ(chunked.embed(""), whole.embed("")) << name;
    EXPECT_EQ(chunked.embed("  "), whole.embed("  ")) << name;
    const Encoder unit(folder, {.normalize = true, .max_tokens = 3, .overflow = Overflow::mean});
    for (const float value : unit.embed("")) EXPECT_TRUE(std::isfinite(value)) << name;
  }
}

TEST(Encoder, APromptMayBeGivenAsText) {
  const Encoder plain(model("prompts"), {.prompt_text = ""});
  const Encoder prompted(model("prompts"), {.prompt_text = "the cat: "});
  EXPECT_EQ(prompted.embed("sat"), plain.embed("the cat: sat"));
  EXPECT_NE(prompted.embed("sat"), plain.embed("sat"));
  EXPECT_THAT([] { Encoder(model("prompts"), {.prompt = "query", .prompt_text = "x"}); },
              ThrowsMessage<ArgumentError>(HasSubstr("not both")));
}

TEST(Encoder, OptionsReplaceWhatTheFolderSays) {
  EXPECT_NEAR(length(Encoder(model("mean"), {.normalize = true}).embed("the cat")), 1, 1e-6);
  const Encoder two(model("mean"), {.pooling = std::vector{formats::PoolingMode::cls, formats::PoolingMode::max}});
  EXPECT_EQ(two.dimensions(), 64U);
  const Encoder cut(model("mean"), {.truncate_dim = 5});
  const std::vector<float> all = Encoder(model("mean")).embed("the cat"), some = cut.embed("the cat");
  EXPECT_EQ(some, std::vector<float>(all.begin(), all.begin() + 5));
}

TEST(Encoder, RefusesWhatDoesNotFitTheModel) {
  const auto refused = [](const EncoderOptions& options, const std::string& message) {
    EXPECT_THAT([&] { Encoder(model("mean"), options); }, ThrowsMessage<ArgumentError>(HasSubstr(message)));
  };
  refused({.pooling = std::vector<formats::PoolingMode>()}, "at least one mode");
  refused({.truncate_dim = 0}, "`truncate_dim` is 0");
  refused({.truncate_dim = 33}, "have 32 dimensions");
  refused({.max_tokens = 2}, "the model takes 3 to");
  refused({.max_tokens = 100000}, "`max_tokens` is 100000");
  refused({.prompt = "no such"}, "no prompt named 'no such'");
  EXPECT_THROW(Encoder(model("there is no such folder")), IoError);
}

TEST(Encoder, StaticEmbeddingsTakeTextsOfAnyLengthAndNoSpecialTokens) {
  const std::filesystem::path folder = fixture_path("static_models/plain");
  const Encoder encoder(folder, {.threads = 2});
  EXPECT_EQ(encoder.max_tokens(), std::nullopt);
  const std::vector<std::string> texts = {"", "the cat", repeated("cat", 5000)};
  const Embeddings embeddings = encoder.embed(texts);
  const std::uint32_t tokens[] = {0, 2, 5000};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(embeddings.texts[i].tokens, tokens[i]);
    EXPECT_FALSE(embeddings.texts[i].truncated);
  }
  EXPECT_EQ(length(embeddings[0]), 0);

  const Encoder cut(folder, {.max_tokens = 3});
  EXPECT_EQ(cut.embed("the cat sat on"), cut.embed("the cat sat"));
  EXPECT_TRUE(cut.embed(std::vector<std::string>{"the cat sat on"}).texts[0].truncated);
  const Encoder chunked(folder, {.max_tokens = 3, .overflow = Overflow::mean});
  const std::vector<float> whole = encoder.embed("the cat sat on"), chunks = chunked.embed("the cat sat on");
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(chunks[i], whole[i], 1e-6);

  EXPECT_THAT([&] { Encoder(folder, {.pooling = std::vector{formats::PoolingMode::cls}}); },
              ThrowsMessage<ArgumentError>(HasSubstr("has no pooling to replace")));
  EXPECT_THAT([&] { Encoder(folder, {.max_tokens = 0}); },
              ThrowsMessage<ArgumentError>(HasSubstr("the model takes 1 or more")));
}

TEST(Encoder, StopsItsThreadsWhenItIsCancelled) {
  const Encoder encoder(model("mean"), {.threads = 2});
  std::stop_source stop;
  std::size_t given = 0;
  const auto endless = [&](std::string& text) {
    text = "the cat sat on the mat";
    if (++given == 10000) stop.request_stop();
    return true;
  };
  EXPECT_THROW(encoder.stream(
                   endless, [](auto, auto, const auto&) {}, stop.get_token()),
               Cancelled);
}

TEST(Encoder, OfAFailedCallNothingIsLeftForTheNextOneOfAnyThread) {
  const Encoder encoder(model("mean"), {.threads = 4, .max_tokens = 10, .overflow = Overflow::error});
  const std::vector<std::string> long_texts(400, repeated("cat", 9)), texts(400, "the cat");
  std::stop_source stopped;
  stopped.request_stop();
  for (int round = 0; round < 5; ++round) {
    EXPECT_THROW(encoder.embed(texts, stopped.get_token()), Cancelled);
    EXPECT_THROW(encoder.embed(long_texts), ArgumentError);
    EXPECT_EQ(encoder.embed(texts).size(), texts.size());
  }
}

TEST(Encoder, EmbedsWhatItHasWhenItsSourceWaits) {
  const Encoder encoder(model("mean"), {.threads = 1});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  const data::Waiting waiting;
  std::vector<std::string> seen;
  const std::vector<std::string> lines = {"the cat\n", "sat\non", " the mat\n", "\n"};
  // Each piece is written when the rows of those before it have come: without them it would wait for ever.
  std::size_t next = 0;
  const auto write_next = [&] {
    if (next < lines.size()) {
      ASSERT_EQ(::write(ends[1], lines[next].data(), lines[next].size()), static_cast<ssize_t>(lines[next].size()));
    } else {
      ::close(ends[1]);
    }
    ++next;
  };
  write_next();
  data::TextFile file(path, {}, waiting);
  encoder.stream([&](std::string& text) { return file.next(text); },
                 [&](std::size_t first, std::span<const std::string> texts, const Embeddings& rows) {
                   EXPECT_EQ(first, seen.size());
                   EXPECT_EQ(texts.size(), rows.size());
                   seen.insert(seen.end(), texts.begin(), texts.end());
                   write_next();
                 },
                 waiting);
  EXPECT_EQ(seen, (std::vector<std::string>{"the cat", "sat", "on the mat", ""}));
  ::close(ends[0]);
}

TEST(Encoder, ServesManyThreadsAtOnceWithTheSameBits) {
  const Encoder encoder(model("mean"), {.threads = 2});
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 60; ++i) texts.push_back(repeated("the cat sat on", i % 7));
  const Embeddings expected = encoder.embed(texts);
  std::atomic<int> different = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 10; ++round) different += encoder.embed(texts).values != expected.values;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(different, 0);
}

/// A third of the calls is cancelled before or while it runs, or refused for a text that is too long. No other call
/// fails, and none has other vectors.
TEST(Encoder, ServesManyThreadsOfWhichOthersAreCancelledAndRefused) {
  constexpr int kCallers = 8, kCalls = 150;
  const Encoder encoder(model("mean"), {.threads = 3, .max_tokens = 20, .overflow = Overflow::error});
  std::vector<std::string> texts, with_a_long_one;
  for (std::size_t i = 0; i < 40; ++i) texts.push_back(repeated("the cat sat", i % 6));
  with_a_long_one = texts;
  with_a_long_one[texts.size() / 2] = repeated("cat", 100);
  const Embeddings expected = encoder.embed(texts);
  std::atomic<int> right = 0, refused = 0, cancelled = 0, late = 0, wrong = 0;
  const auto call = [&](int number, std::stop_source& stop) {
    const bool is_refused = number % 6 == 0, is_cancelled = number % 6 == 3;
    if (is_cancelled && number % 12 == 3) stop.request_stop();
    std::jthread canceller;
    if (is_cancelled)
      canceller = std::jthread([&] { stop.request_stop(); });  // somewhere within the call, or behind it
    try {
      const bool same = encoder.embed(is_refused ? with_a_long_one : texts, stop.get_token()).values == expected.values;
      ++(is_refused || !same ? wrong : is_cancelled ? late : right);
    } catch (const Cancelled&) {
      ++(is_cancelled ? cancelled : wrong);
    } catch (const ArgumentError&) {
      ++(is_refused ? refused : wrong);
    }
  };
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < kCalls; ++i) {
        std::stop_source stop;
        call(caller * kCalls + i, stop);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(refused, kCallers * kCalls / 6);
  EXPECT_EQ(cancelled + late, kCallers * kCalls / 6);
  EXPECT_GE(cancelled, kCallers * kCalls / 12);
  EXPECT_EQ(right, kCallers * kCalls * 2 / 3);
}

/// A copy of a model's folder with a packed model in it.
class PackedFolder {
 public:
  PackedFolder(const std::string& name, std::span<const models::PackTarget> targets,
               std::optional<kernels::Precision> meant = {}) {
    std::filesystem::copy(model(name), folder_.path(), std::filesystem::copy_options::recursive);
    models::write_packed_model(folder_.path(), targets, meant);
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

std::vector<models::PackTarget> every_target() {
  std::vector<models::PackTarget> targets;
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const auto precision : {kernels::Precision::f32, kernels::Precision::bf16, kernels::Precision::int8}) {
      if (kernels::available(precision, isa)) targets.push_back({isa, precision});
    }
  }
  return targets;
}

TEST(PackedEncoder, GivesTheSameBitsAsTheOrdinaryFilesOnEveryModelLevelAndPrecision) {
  const std::vector<std::string> texts = {"the cat", "", repeated("cat the ", 20), "a"};
  for (const auto& entry : std::filesystem::directory_iterator(model(""))) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    const PackedFolder folder(name, every_target());
    for (const models::PackTarget& target : every_target()) {
      SCOPED_TRACE(name + " " + std::string(kernels::name_of(target.isa)) + " " +
                   std::string(kernels::name_of(target.precision)));
      EncoderOptions options{.threads = 2, .isa = target.isa, .precision = target.precision};
      const Encoder packed(folder.path(), options);
      EXPECT_TRUE(packed.packed_model()) << packed.packed_model_note();
      options.use_packed = false;
      const Encoder ordinary(folder.path(), options);
      EXPECT_FALSE(ordinary.packed_model());
      EXPECT_EQ(packed.embed(texts).values, ordinary.embed(texts).values);
    }
  }
}

TEST(PackedEncoder, ListensToWhatIsAskedInsteadOfTheFoldersOwn) {
  const models::PackTarget targets[] = {{kernels::Isa::portable, kernels::Precision::f32}};
  const PackedFolder folder("dense_tanh", targets);
  EncoderOptions options{.isa = kernels::Isa::portable,
                         .precision = kernels::Precision::f32,
                         .pooling = {{nn::Pooling::max}},
                         .normalize = false,
                         .truncate_dim = 3};
  const Encoder packed(folder.path(), options);
  EXPECT_TRUE(packed.packed_model());
  options.use_packed = false;
  EXPECT_EQ(packed.embed("the cat"), Encoder(folder.path(), options).embed("the cat"));
}

TEST(PackedEncoder, ComputesInWhatTheModelIsMeantForUnlessAskedOtherwise) {
  const models::PackTarget targets[] = {{kernels::choose_isa(), kernels::Precision::int8}};
  const PackedFolder folder("mean", targets, kernels::Precision::int8);
  const Encoder encoder(folder.path());
  EXPECT_EQ(encoder.precision(), kernels::Precision::int8);
  EXPECT_TRUE(encoder.packed_model());

  const Encoder other(folder.path(), {.precision = kernels::Precision::f32});
  EXPECT_EQ(other.precision(), kernels::Precision::f32);
  EXPECT_FALSE(other.packed_model());
  EXPECT_THAT(other.packed_model_note(), HasSubstr("is not used: f32 at"));

  // At a level that it was not written for it still is an int8 model.
  const Encoder lower(folder.path(), {.isa = kernels::Isa::portable});
  EXPECT_EQ(lower.precision(), kernels::Precision::int8);
}

TEST(PackedEncoder, DoesNotPassOverADamagedFile) {
  const models::PackTarget targets[] = {{kernels::Isa::portable, kernels::Precision::f32}};
  const PackedFolder folder("mean", targets);
  const auto path = folder.path() / models::kPackedModelFile;
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_THAT([&] { Encoder encoder(folder.path()); }, ThrowsMessage<FormatError>(HasSubstr("was written with")));
  EXPECT_NO_THROW(Encoder(folder.path(), {.use_packed = false}));
}

}  // namespace
}  // namespace mana::engine
