#include "mana/text/cut_into_letters.h"

#include <gtest/gtest.h>

namespace mana::text {
namespace {

constexpr std::string_view kPersian = "توانا بود هر که دانا بود ز دانش دل پیر برنا بود";  // 36 letters

TEST(CutIntoLetters, IsATextOfAsManyTokensAsLetters) {
  EXPECT_TRUE(is_cut_into_letters(kPersian, 36));
  EXPECT_TRUE(is_cut_into_letters(kPersian, 34));
  EXPECT_FALSE(is_cut_into_letters(kPersian, 30));
  EXPECT_FALSE(is_cut_into_letters(kPersian, 14)) << "a token a word";
  EXPECT_TRUE(is_cut_into_letters("여보세요 반갑습니다 오늘 날씨가 참 좋네요 그렇지요", 60)) << "taken apart into jamo";
}

TEST(CutIntoLetters, IsNothingThatMayWellBeSo) {
  EXPECT_FALSE(is_cut_into_letters("دانا بود", 7)) << "few letters";
  EXPECT_FALSE(is_cut_into_letters("天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏", 24)) << "ideographs";
  EXPECT_FALSE(is_cut_into_letters("ひらがなばかりのぶんしょうはもじごとにわけられます。", 25)) << "kana";
  EXPECT_FALSE(is_cut_into_letters("∀∂∈ℝ∧∪≡∞ ↑↗↨↻⇣ ┐┼╔╘░►☺♀ ﬁ�⑀₂ἠḂӥẄɐː⍎אԱა", 40)) << "signs";
  EXPECT_FALSE(is_cut_into_letters("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2", 22)) << "ASCII";
  EXPECT_FALSE(is_cut_into_letters("\xFF\xFE in no encoding that we know of at all", 40));
  EXPECT_FALSE(is_cut_into_letters("", 100));
}

}  // namespace
}  // namespace mana::text
