#include "mana/jobs/explain/attention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "mana/base/errors.h"
#include "mana/jobs/explain/attention_page.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/test_translator.h"
#include "mana/text/base64.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

const std::filesystem::path kFixtures = fixture_path();

AttentionExplainer bert() { return AttentionExplainer({.model = kFixtures / "sentence_models/mean", .threads = 1}); }

std::vector<std::string> texts_of(const std::vector<ExplainedToken>& tokens) {
  std::vector<std::string> texts;
  for (const ExplainedToken& token : tokens) texts.push_back((token.joined ? "+" : "") + token.text);
  return texts;
}

TEST(ExplainAttention, HasEveryHeadOfEveryLayer) {
  const ExplainedAttention found = bert()("Unaffable: سلام");
  EXPECT_FALSE(found.target);
  ASSERT_EQ(found.stacks.size(), 1);
  const AttentionStack& encoder = found.stacks[0];
  EXPECT_EQ(encoder.name, "encoder");
  EXPECT_THAT(texts_of(encoder.queries), ElementsAre("[CLS]", "Un", "+aff", "+able", "+:", "سلام", "[SEP]"));
  EXPECT_EQ(encoder.queries[2].token, "##aff");
  ASSERT_EQ(encoder.layers.size(), 2);
  for (const AttentionStack::Layer& layer : encoder.layers) {
    EXPECT_EQ(layer.weights.heads, 4);
    EXPECT_EQ(layer.weights.queries, 7);
    ASSERT_EQ(layer.numbers.heads.size(), 4);
    for (const explain::HeadNumbers& head : layer.numbers.heads) {
      EXPECT_GT(head.entropy, 0);
      EXPECT_LT(head.entropy, std::log2(7));
      EXPECT_GT(head.top_mass, 5.0 / 7);  // the largest five are more than if all were alike
    }
    EXPECT_GT(layer.numbers.divergence, 0);
  }
}

TEST(ExplainAttention, ShowsTheWholeTranslatorOnWhatItWrites) {
  const TestTranslatorFolder folder;
  AttentionExplainer explain({.model = folder.path(), .threads = 1});
  ASSERT_TRUE(explain.translates());
  const ExplainedAttention found = explain("t26 t29");
  generate::Translator translator(folder.path(), {.threads = 1, .precision = kernels::Precision::f32});
  generate::Options search = translator.defaults();
  search.alignment = true;
  search.alignment_head = 0;
  const std::vector<std::string> texts = {"t26 t29"};
  const auto translated = translator.translate(texts, search).front().best.front();
  EXPECT_EQ(found.target, translated.text);

  ASSERT_EQ(found.stacks.size(), 3);
  const auto &encoder = found.stacks[0], &decoder = found.stacks[1], &cross = found.stacks[2];
  EXPECT_EQ(encoder.name, "encoder");
  EXPECT_EQ(decoder.name, "decoder");
  EXPECT_EQ(cross.name, "cross");
  EXPECT_THAT(texts_of(cross.keys), ElementsAre("t26", "t29", "</s>"));

  EXPECT_THAT(texts_of(cross.queries), ElementsAre("<pad>", "t39", "t40", "t39"));
  EXPECT_EQ(encoder.layers.size(), 2);
  EXPECT_EQ(decoder.layers.size(), 1);
  EXPECT_EQ(decoder.layers[0].weights.row(0, 0)[1], 0) << "nothing is seen of what follows";

  // A step of the search sees what the whole pass sees: its alignment is the mean over the heads of the last layer.
  const operations::AttentionWeights& weights = cross.layers.back().weights;
  for (std::size_t step = 0; step < translated.found.steps.size() && step < weights.queries; ++step) {
    for (std::size_t key = 0; key < weights.keys; ++key) {
      double mean = 0;
      for (std::size_t head = 0; head < weights.heads; ++head) {
        mean += double{weights.row(head, step)[key]} / static_cast<double>(weights.heads);
      }
      EXPECT_NEAR(translated.found.attention[step * weights.keys + key], mean, 1e-5) << step << ' ' << key;
    }
  }
}

TEST(ExplainAttention, ReadsATargetThatIsGiven) {
  const TestTranslatorFolder folder;
  AttentionExplainer explain({.model = folder.path(), .threads = 1});
  const ExplainedAttention found = explain("t3 t17", "t5 t6 t7");
  EXPECT_EQ(found.target, "t5 t6 t7");
  EXPECT_THAT(texts_of(found.stacks[2].queries), ElementsAre("<pad>", "t5", "t6", "t7"));
  EXPECT_THAT(texts_of(explain("t3", "").stacks[1].queries), ElementsAre("<pad>"));
}

TEST(ExplainAttention, CutsNothingInSilence) {
  std::string text, target;
  for (int i = 0; i < 47; ++i) text += "cat ";
  AttentionExplainer explain = bert();
  EXPECT_THAT([&] { explain(text); },
              ThrowsMessage<ArgumentError>(HasSubstr("has 49 tokens, but the model reads 48: shorten it")));
  EXPECT_NO_THROW(explain(text.substr(4)));
  const TestTranslatorFolder folder;
  AttentionExplainer translator({.model = folder.path(), .threads = 1});
  for (int i = 0; i < 64; ++i) target += "t5 ";
  EXPECT_THAT([&] { translator("t3", target); },
              ThrowsMessage<ArgumentError>(HasSubstr("has 64 tokens, but the model reads 63")));
  EXPECT_NO_THROW(translator("t3", target.substr(3)));
}

TEST(ExplainAttention, RefusesWhatHasNone) {
  EXPECT_THAT([] { AttentionExplainer({.model = kFixtures / "static_models/plain"}); },
              ThrowsMessage<ArgumentError>(HasSubstr("is a static embedding, in which no token looks at another")));
  EXPECT_THAT([] { bert()("cat", "Katze"); }, ThrowsMessage<ArgumentError>(HasSubstr("translates nothing")));
  EXPECT_THAT([] { AttentionExplainer({.model = kFixtures / "sentence_models/mean", .top = 0}); },
              ThrowsMessage<OptionError>(HasSubstr("`top` is 0")));
}

TEST(AttentionPage, HasTheBeginningOfALongTextAsItsTitle) {
  ExplainedAttention found{.text = ""};
  for (int i = 0; i < 50; ++i) found.text += "سل";
  const std::string page = attention_page(found);
  EXPECT_THAT(page, HasSubstr("<title>Attention: " + found.text.substr(0, 160) + "…</title>"));
}

/// What a script element of a page holds.
std::string element(const std::string& page, const std::string& id) {
  const std::size_t begin = page.find('>', page.find("id=\"" + id + "\"")) + 1;
  return page.substr(begin, page.find('<', begin) - begin);
}

TEST(AttentionPage, HoldsEveryWeightInTwoBytes) {
  const ExplainedAttention found = bert()("the cat sat");
  const std::string page = attention_page(found);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const operations::AttentionWeights& weights = found.stacks[0].layers[layer].weights;
    for (std::size_t head = 0; head < 4; ++head) {
      const auto bytes = text::decode_base64(element(page, "w0-" + std::to_string(layer) + "-" + std::to_string(head)));
      ASSERT_EQ(bytes->size(), 2 * weights.queries * weights.keys);
      for (std::size_t i = 0; i < weights.queries * weights.keys; ++i) {
        std::uint16_t level = 0;
        std::memcpy(&level, bytes->data() + 2 * i, 2);
        EXPECT_NEAR(std::pow(level / 65535.0, 3), weights.row(head, 0).data()[i], 3e-5);
      }
    }
  }
}

TEST(AttentionPage, StaysAPageWhateverTheText) {
  const std::string page = attention_page(bert()("</script><script>alert(1)</script>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("Attention: &lt;/script&gt;"));
  for (const char* outside : {"src=", "href=", "url(", "@import", "http:", "https:"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

}  // namespace
}  // namespace mana::jobs
