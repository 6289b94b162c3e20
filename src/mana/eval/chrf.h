#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// chrF (Popović 2015, doi:10.18653/v1/W15-3049) and chrF++ (Popović 2017, doi:10.18653/v1/W17-4770), with the figures
/// of sacreBLEU 2.6.
namespace mana::eval {

struct ChrfOptions {
  std::size_t word_order = 0;  ///< n-grams of words beside those of 1 … 6 characters; 2 is chrF++
  bool lowercase = false;

  static constexpr std::size_t kCharacterOrder = 6;
  static constexpr double kBeta = 2;  ///< how much more recall weighs than precision
};

/// Counts of a segment, or, added up, of a corpus: for each order, first of characters and then of words.
struct ChrfStatistics {
  struct Order {
    std::uint64_t hypothesis = 0;  ///< its n-grams; 0 where the reference is too short to have any
    std::uint64_t reference = 0;
    std::uint64_t matches = 0;
  };
  std::vector<Order> orders;

  /// Empty ones, as before the first segment, take any number of orders. Throws ArgumentError where others differ.
  ChrfStatistics& operator+=(const ChrfStatistics& other);
};

/// Of the reference with the highest score. Throws ArgumentError without references.
ChrfStatistics chrf_statistics(std::string_view hypothesis, std::span<const std::string> references,
                               const ChrfOptions& options = {});

///   chrF = (1 + β²) P R / (β² P + R) · 100,  β = 2
///
/// with P and R the means of matches / n-grams of the hypothesis, and of the reference, over the orders of which both
/// have some. Of a segment or a corpus, 0 … 100.
double chrf(const ChrfStatistics& statistics);

/// Of texts with one reference each. Throws ArgumentError where they are not as many.
double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::string> references,
                   const ChrfOptions& options = {});

/// "chrF2", "chrF2++"
std::string chrf_name(const ChrfOptions& options);

/// In sacreBLEU's form: "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:mana-0.1.0".
std::string chrf_signature(const ChrfOptions& options, std::size_t references, std::string_view version);

}  // namespace mana::eval
