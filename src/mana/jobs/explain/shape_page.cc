#include "mana/jobs/explain/shape_page.h"

#include <fmt/format.h>

#include "mana/base/with_thousands.h"
#include "mana/pages/page.h"

namespace mana::jobs {
namespace {

using models::Flow;
using models::ModelShape;
using models::ShapePart;
using pages::escaped;
using Kind = ShapePart::Kind;

constexpr std::string_view kStyle =
    ".columns{display:grid;gap:2rem;align-items:start}"
    "@media(min-width:54rem){.columns.two{grid-template-columns:1fr 1fr}}"
    ".box{border:1px solid var(--rule);border-radius:.4rem;background:var(--box);padding:.35rem .7rem}"
    "details.box{background:none}summary{cursor:pointer}summary>*{vertical-align:top}"
    ".name{font-weight:600}.count{font-variant-numeric:tabular-nums}.of{display:block}"
    ".branch{border-inline-start:4px solid var(--third)}.layer{border:2px solid var(--first)}"
    ".side{display:flex;flex-wrap:wrap;gap:.5rem}.side>div{flex:1 1 7rem}"
    ".arrow{position:relative;display:flex;flex-wrap:wrap;column-gap:.5rem;align-items:center;min-height:2.1rem;"
    "padding-inline-start:1.9rem;font-size:.85rem;color:var(--faint)}"
    ".arrow::before{content:'';position:absolute;inset-block:0 5px;inset-inline-start:1rem;"
    "border-inline-start:2px solid var(--faint)}"
    ".arrow::after{content:'';position:absolute;inset-block-end:0;inset-inline-start:calc(1rem - 4px);"
    "border:5px solid transparent;border-block-start:7px solid var(--faint);border-block-end:0}"
    ".arrow b{color:var(--ink);font-weight:500;white-space:nowrap}"
    ".plus{color:var(--third);font-size:.85rem}.total{font-size:1.15rem}\n";

/// "W^Q" with its letter raised, d_ff with its letters lowered.
std::string raised(std::string_view plain) {
  constexpr std::string_view kTransposed = "ᵀ";  // which few fonts have
  const std::string text = escaped(plain);
  std::string html;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '^' && i + 1 < text.size()) {
      html += fmt::format("<sup>{}</sup>", text[++i]);
    } else if (text[i] == '_') {
      const std::size_t begin = i + 1;
      while (i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z') ++i;
      html += fmt::format("<sub>{}</sub>", text.substr(begin, i + 1 - begin));
    } else if (std::string_view(text).substr(i).starts_with(kTransposed)) {
      html += "<sup>T</sup>";
      i += kTransposed.size() - 1;
    } else {
      html += text[i];
    }
  }
  return html;
}

std::string formula(std::string_view text) { return fmt::format("<span class=\"formula\">{}</span>", raised(text)); }

/// What goes from one box to the next.
std::string arrow(const Flow& flow) {
  return fmt::format("<div class=\"arrow\"><b>{}</b><span dir=\"ltr\">{}</span></div>\n", formula(flow.text()),
                     flow.columns.empty() ? fmt::format("{} tokens", with_thousands(flow.numbers()))
                                          : fmt::format("{} numbers", with_thousands(flow.numbers())));
}

std::string heading(const ShapePart& part) {
  std::string html = fmt::format("<span class=\"name\">{}</span>", formula(part.name));
  if (part.times != 1) html += fmt::format(" × {}", part.times);
  const std::uint64_t all = counted(part);
  if (!part.formula.empty()) {
    html += fmt::format(" <span class=\"of\">{} = <span class=\"count\">{}</span>", formula(part.formula.text()),
                        with_thousands(all / part.times));
    if (part.times != 1) html += fmt::format(", times {} = <b class=\"count\">{}</b>", part.times, with_thousands(all));
    html += "</span>";
  }
  if (!part.of_head.empty()) {
    html += fmt::format(" <span class=\"of faint\">each head: {} = {}</span>", formula(part.of_head.text()),
                        with_thousands(part.of_head.value()));
  }
  if (!part.tied.empty()) html += fmt::format(" <span class=\"of faint\">weights of: {}</span>", escaped(part.tied));
  if (!part.note.empty()) html += fmt::format(" <span class=\"of faint\">{}</span>", raised(part.note));
  return html;
}

std::string boxes(const std::vector<ShapePart>& parts);

std::string box(const ShapePart& part) {
  if (part.parts.empty()) return fmt::format("<div class=\"box\">{}</div>\n", heading(part));
  std::string inside;
  if (part.kind == Kind::parallel) {
    inside = "<div class=\"side\">\n";
    for (const ShapePart& each : part.parts) inside += fmt::format("<div>{}{}</div>\n", box(each), arrow(each.out));
    inside += "</div>\n";
  } else {
    inside = boxes(part.parts);
  }
  if (part.kind == Kind::branch) inside += "<div class=\"plus\">+ x, what came in</div>\n";
  return fmt::format("<details class=\"box{}\" open><summary>{}</summary>\n{}</details>\n",
                     part.kind == Kind::branch  ? " branch"
                     : part.kind == Kind::layer ? " layer"
                                                : "",
                     heading(part), inside);
}

std::string boxes(const std::vector<ShapePart>& parts) {
  std::string html;
  for (const ShapePart& part : parts) html += box(part) + arrow(part.out);
  return html;
}

std::string symbols(const ModelShape& shape) {
  std::string html = "<h2>Symbols</h2>\n<table><tbody>\n";
  for (const models::ShapeSymbol& each : shape.symbols) {
    html += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n", formula(each.symbol),
                        with_thousands(each.value), escaped(each.meaning));
  }
  return html + "</tbody></table>\n";
}

std::string full_forms(const ModelShape& shape) {
  std::string html =
      "<h2>In attention's place</h2>\n<p>What full connections of the same tokens would hold, and attention does:</p>\n"
      "<div class=\"wide\" tabindex=\"0\"><table><tbody>\n";
  for (const models::FullForm& form : shape.full_forms) {
    html += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n", formula(form.name),
                        formula(form.formula.text()), with_thousands(form.formula.value()));
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string shape_page(const ModelShape& shape) {
  std::string columns;
  for (const std::vector<ShapePart>& column : shape.columns) columns += fmt::format("<div>\n{}</div>\n", boxes(column));
  const std::string body = fmt::format(
      "<p class=\"total\"><b class=\"count\">{}</b> parameters, {} of them in the layers.</p>\n"
      "<p class=\"faint\">A text goes from the top to the bottom. In each box: its formula and its number of "
      "parameters. "
      "On each arrow: the shape of what goes on, and how many numbers that are. A green edge is a residual "
      "connection.</p>\n<div class=\"columns{}\">\n{}</div>\n{}{}",
      with_thousands(shape.parameters()), with_thousands(shape.layer_parameters()),
      shape.columns.size() == 2 ? " two" : "", columns, symbols(shape), full_forms(shape));
  return pages::html_of({.kind = kShapePage, .title = shape.title, .style = kStyle, .body = body});
}

}  // namespace mana::jobs
