#include "mana/cli/explain/attention_report.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "mana/cli/shell/output.h"
#include "mana/jobs/json_text.h"

namespace mana::cli {
namespace {

using jobs::AttentionStack;

void append_row(std::string& text, std::size_t layer, std::string_view head, const explain::HeadNumbers& numbers,
                const std::string& divergence) {
  text += fmt::format("{:>5}  {:>4}  {:7.3f}  {:9.3f}  {:10.3f}{}\n", layer, head, numbers.entropy,
                      numbers.below_uniform, numbers.top_mass, divergence);
}

void append_table(std::string& text, const AttentionStack& stack, std::size_t top) {
  const double most = std::log2(static_cast<double>(stack.keys.size()));
  text += fmt::format("{}: {} x {} tokens, {}\n", stack.name, stack.queries.size(), stack.keys.size(),
                      stack.name == "decoder" ? fmt::format("N is 1 to {}, what a token sees; log2 N at most {:.3f}",
                                                            stack.keys.size(), most)
                                              : fmt::format("log2 N = {:.3f}", most));
  text += fmt::format("{:>5}  {:>4}  {:>7}  {:>9}  {:>10}  {:>5}\n", "layer", "head", "entropy", "below 1/N",
                      fmt::format("largest {}", top), "JSD");
  for (std::size_t l = 0; l < stack.layers.size(); ++l) {
    const explain::LayerNumbers& layer = stack.layers[l].numbers;
    explain::HeadNumbers mean;
    const auto heads = static_cast<double>(layer.heads.size());
    for (std::size_t h = 0; h < layer.heads.size(); ++h) {
      const explain::HeadNumbers& head = layer.heads[h];
      append_row(text, l + 1, std::to_string(h + 1), head, "");
      mean.entropy += head.entropy / heads;
      mean.below_uniform += head.below_uniform / heads;
      mean.top_mass += head.top_mass / heads;
    }
    append_row(text, l + 1, "all", mean, layer.divergence ? fmt::format("  {:.3f}", *layer.divergence) : "");
  }
}

std::string json_of(const std::vector<jobs::ExplainedToken>& tokens) {
  std::string json = "[";
  for (const jobs::ExplainedToken& token : tokens) {
    json += fmt::format("{}{{\"id\":{},\"token\":", json.size() > 1 ? "," : "", token.id);
    jobs::append_string(json, token.token);
    json += ",\"text\":";
    jobs::append_string(json, token.text);
    json += '}';
  }
  return json + ']';
}

/// [queries, keys]
void append_weights(std::string& json, const operations::AttentionWeights& weights, std::size_t head) {
  json += ",\"weights\":[";
  for (std::size_t query = 0; query < weights.queries; ++query) {
    json += query > 0 ? ",[" : "[";
    for (bool first = true; const float p : weights.row(head, query)) {
      if (!std::exchange(first, false)) json += ',';
      jobs::append_number(json, p);
    }
    json += ']';
  }
  json += ']';
}

void print_layer(const AttentionStack::Layer& layer, bool weights) {
  const std::optional<double> divergence = layer.numbers.divergence;
  std::string json =
      fmt::format("{{\"divergence\":{},\"heads\":[", divergence ? fmt::format("{}", *divergence) : "null");
  for (std::size_t h = 0; h < layer.numbers.heads.size(); ++h) {
    const explain::HeadNumbers& head = layer.numbers.heads[h];
    json += fmt::format("{}{{\"entropy\":{},\"below_uniform\":{},\"top_mass\":{}", h > 0 ? "," : "", head.entropy,
                        head.below_uniform, head.top_mass);
    if (weights) append_weights(json, layer.weights, h);
    json += '}';
    print(json);
    json.clear();
  }
  print("]}");
}

}  // namespace

std::string text_of(const jobs::ExplainedAttention& attention) {
  std::string text;
  for (const AttentionStack& stack : attention.stacks) {
    if (!text.empty()) text += '\n';
    append_table(text, stack, attention.top);
  }
  return text;
}

void print_json(const jobs::ExplainedAttention& attention, bool weights) {
  std::string json = "{\"text\":";
  jobs::append_string(json, attention.text);
  if (attention.target) {
    json += ",\"target\":";
    jobs::append_string(json, *attention.target);
  }
  json += fmt::format(",\"top\":{},\"stacks\":[", attention.top);
  for (std::size_t s = 0; s < attention.stacks.size(); ++s) {
    const AttentionStack& stack = attention.stacks[s];
    json += fmt::format("{}{{\"name\":\"{}\",\"queries\":{},\"keys\":{},\"layers\":[", s > 0 ? "," : "", stack.name,
                        json_of(stack.queries), json_of(stack.keys));
    for (std::size_t l = 0; l < stack.layers.size(); ++l) {
      print(json + (l > 0 ? "," : ""));
      json.clear();
      print_layer(stack.layers[l], weights);
    }
    json += "]}";
  }
  print(json + "]}\n");
}

}  // namespace mana::cli
