#include "mana/jobs/explain/attention_page.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

#include "mana/jobs/explain/attention_page_parts.h"
#include "mana/jobs/explain/token_page.h"
#include "mana/pages/page.h"
#include "mana/text/base64.h"

namespace mana::jobs {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kManyWeights = 4'000'000;  // two bytes each are eleven megabytes of base64
constexpr std::uint16_t kFineLevels = 65535, kCoarseLevels = 255;

std::size_t count_of(const ExplainedAttention& attention) {
  std::size_t weights = 0;
  for (const AttentionStack& stack : attention.stacks) {
    for (const AttentionStack::Layer& layer : stack.layers) weights += layer.weights.values.size();
  }
  return weights;
}

/// ∛p · levels, rounded: the cube root leaves small weights their digits. Two bytes are little-endian.
std::string packed(std::span<const float> weights, std::uint16_t levels) {
  std::string bytes;
  bytes.reserve(weights.size() * (levels > 255 ? 2 : 1));
  for (const float p : weights) {
    const auto level = static_cast<unsigned>(std::lround(std::cbrt(p) * static_cast<float>(levels)));
    bytes += static_cast<char>(level & 0xff);
    if (levels > 255) bytes += static_cast<char>(level >> 8);
  }
  return text::encode_base64(bytes);
}

ordered_json numbers_of(const AttentionStack& stack) {
  ordered_json layers = ordered_json::array();
  for (const AttentionStack::Layer& layer : stack.layers) {
    ordered_json heads = ordered_json::array();
    for (const explain::HeadNumbers& head : layer.numbers.heads) {
      heads.push_back({head.entropy, head.below_uniform, head.top_mass});
    }
    layers.push_back({{"heads", std::move(heads)},
                      {"divergence", layer.numbers.divergence ? ordered_json(*layer.numbers.divergence) : nullptr}});
  }
  return layers;
}

/// What the script reads, but for the weights.
ordered_json data_of(const ExplainedAttention& attention, std::uint16_t levels) {
  ordered_json stacks = ordered_json::array();
  for (const AttentionStack& stack : attention.stacks) {
    ordered_json& each = stacks.emplace_back(
        ordered_json{{"name", stack.name}, {"queries", page_tokens(stack.queries)}, {"layers", numbers_of(stack)}});
    if (stack.name == "cross") each["keys"] = page_tokens(stack.keys);
  }
  return {{"levels", levels}, {"top", attention.top}, {"stacks", std::move(stacks)}};
}

void append_weights(std::string& html, const ExplainedAttention& attention, std::uint16_t levels) {
  for (std::size_t s = 0; s < attention.stacks.size(); ++s) {
    const AttentionStack& stack = attention.stacks[s];
    for (std::size_t l = 0; l < stack.layers.size(); ++l) {
      const operations::AttentionWeights& weights = stack.layers[l].weights;
      const std::size_t size = weights.queries * weights.keys;
      for (std::size_t h = 0; h < weights.heads; ++h) {
        html += fmt::format("<script type=\"text/plain\" id=\"w{}-{}-{}\">", s, l, h);
        html += packed(std::span(weights.values).subspan(h * size, size), levels);
        html += "</script>\n";
      }
    }
  }
}

/// As much of a text as a title has room for.
std::string beginning_of(std::string_view text) {
  constexpr std::size_t kMost = 80;  // code points
  std::size_t begun = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && ++begun > kMost) return std::string(text.substr(0, at)) + "…";
  }
  return std::string(text);
}

std::string summary_of(const ExplainedAttention& attention) {
  std::string html = "<p>What the tokens of a text look at:";
  for (const AttentionStack& stack : attention.stacks) {
    html += fmt::format("{} {}: {} layers of {} heads, {} × {} tokens", &stack == attention.stacks.data() ? "" : ";",
                        stack.name, stack.layers.size(), stack.layers.empty() ? 0 : stack.layers.front().weights.heads,
                        stack.queries.size(), stack.keys.size());
  }
  html += ".</p>\n";
  if (attention.target) {
    html += fmt::format("<p class=\"faint\">The decoder read: <bdi>{}</bdi></p>\n", pages::escaped(*attention.target));
  }
  return html;
}

/// What a page says whose weights are kept in one byte each: half a step of ∛p is 3 / (2 · 255 ∛p) of p.
constexpr std::string_view kCoarseNote =
    "<p class=\"faint\">The text is long, so each weight is kept as one of 256 steps: within 1 % where it is above "
    "0.3, "
    "2 % above 0.03 and 6 % above 0.001. Of weights that are nearly the same another may stand first here than in the "
    "JSON, which has all digits. The numbers of the heads are of all digits, too.</p>\n";

}  // namespace

std::string attention_page(const ExplainedAttention& attention) {
  const std::uint16_t levels = count_of(attention) > kManyWeights ? kCoarseLevels : kFineLevels;
  std::string body = summary_of(attention);
  if (levels == kCoarseLevels) body += kCoarseNote;
  body += kAttentionBody;
  append_weights(body, attention, levels);
  return html_of({.kind = kAttentionPage,
                  .title = fmt::format("Attention: {}", beginning_of(attention.text)),
                  .style = kAttentionStyle,
                  .body = std::move(body),
                  .script = kAttentionScript},
                 data_of(attention, levels));
}

}  // namespace mana::jobs
