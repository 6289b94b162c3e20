#include "mana/jobs/explain/pairs_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/pages/page.h"

namespace mana::jobs {
namespace {

using pages::escaped;

constexpr std::string_view kStyle =
    ".text{display:flex;flex-wrap:wrap;gap:.3rem;font-size:1.15rem}.word{padding:.1rem .5rem;cursor:pointer}"
    ".word.this{background:var(--first);color:var(--paper)}.word.near{border-color:var(--first);border-width:2px;"
    "color:var(--first)}"
    "#shown{min-height:6rem;padding:.5rem 1rem;background:var(--box);border-inline-start:3px solid var(--first)}"
    "#shown p{margin:.2rem 0}.band rect{fill:var(--box);stroke:var(--rule)}.band .pair{fill:var(--first)}"
    ".band .itself{fill:var(--rule)}.band "
    ".this{stroke:var(--second);stroke-width:2;fill:none}td .itself,#shown .itself{color:var(--faint);"
    "text-decoration:line-through}td span{margin-inline-end:.6em}"
    ".word,td span,.line span{unicode-bidi:plaintext}\n";

// Shows the window of the word that is pointed at or has the focus.
constexpr std::string_view kScript =
    "const words=[...document.querySelectorAll('.word')],rows=document.querySelectorAll('#pairs tbody tr'),\n"
    "c=+document.querySelector('.text').dataset.window,shown=document.querySelector('#shown'),\n"
    "frame=document.querySelector('.band .this');\n"
    "function show(i){words.forEach((word,j)=>{word.classList.toggle('this',i===j);\n"
    "word.classList.toggle('near',i!==j&&Math.abs(i-j)<=c);word.setAttribute('aria-pressed',i===j);\n"
    "word.tabIndex=i===j?0:-1});\n"
    "const cells=rows[i].cells,lines=shown.querySelectorAll('.line');\n"
    "[1,2,3,4].forEach((cell,k)=>lines[k].innerHTML=cells[cell].innerHTML);\n"
    "if(frame)frame.setAttribute('y',i*frame.getAttribute('height'))}\n"
    "words.forEach((word,i)=>{for(const e of['mouseenter','focus','click'])word.addEventListener(e,()=>show(i));\n"
    "word.addEventListener('keydown',e=>{const rtl=getComputedStyle(word.parentNode).direction==='rtl',\n"
    "step={ArrowRight:rtl?-1:1,ArrowLeft:rtl?1:-1}[e.key];\n"
    "if(step&&words[i+step]){words[i+step].focus();e.preventDefault()}})});\n"
    "show(0);\n";

std::string summary(const ExplainedPairs& pairs) {
  std::string html = fmt::format(
      "<p>Skip-gram learns to tell each word of a text from the words around it. Of <i>L</i> = {} words, each with up "
      "to <i>c</i> = {} on either side, it makes <b>{} positive pairs</b>: <span class=\"formula\">{} = {}</span>. "
      "Against each of them <i>k</i> = {} words are drawn with a probability of count<sup>3/4</sup>, of {} words: "
      "<b>{} negative pairs</b>.",
      pairs.words.size(), pairs.window, pairs.positive, kPairsFormula, pairs.by_formula, pairs.negatives,
      pairs.vocabulary, pairs.drawn);
  if (pairs.drawn_itself != 0) {
    html +=
        fmt::format(" Of these {} are the word itself (struck out), which training leaves out.", pairs.drawn_itself);
  }
  html += "</p>\n";
  if (!pairs.unknown.empty()) {
    html += "<p>Left out, as the model does not know them:";
    for (const std::string& word : pairs.unknown) html += fmt::format(" <bdi>{}</bdi>", escaped(word));
    html += "</p>\n";
  }
  return html;
}

std::string text(const ExplainedPairs& pairs) {
  std::string html =
      fmt::format("<h2>The text</h2>\n<div class=\"text\" dir=\"auto\" data-window=\"{}\">\n", pairs.window);
  for (const ExplainedPairs::Word& word : pairs.words) {
    html += fmt::format("<button class=\"word\" type=\"button\">{}</button>\n", escaped(word.word));
  }
  return html +
         "</div>\n<div id=\"shown\" aria-live=\"polite\">\n<p><b><span class=\"line\" "
         "dir=\"auto\"></span></b></p>\n<p>before + "
         "after: "
         "<span class=\"line\" dir=\"auto\"></span></p>\n<p>near: <span class=\"line\" "
         "dir=\"auto\"></span></p>\n<p>drawn against each: <span class=\"line\" dir=\"auto\"></span></p>\n</div>\n";
}

/// Row i, column j: whether (w_i, w_j) is a positive pair. A row's pairs are two rectangles.
std::string band(const ExplainedPairs& pairs) {
  const std::size_t length = pairs.words.size();
  const double cell = std::clamp(480.0 / static_cast<double>(length), 1.0, 24.0);
  const double side = cell * static_cast<double>(length);
  std::string svg = fmt::format(
      "<h2>The pairs as a table of L × L</h2>\n<p class=\"faint\">Row i is a word, column j another: a pair where "
      "0 &lt; |i − j| ≤ c.</p>\n<div class=\"wide\" tabindex=\"0\"><svg class=\"band\" width=\"{0:.0f}\" "
      "height=\"{0:.0f}\" viewBox=\"-1 -1 {1:.1f} {1:.1f}\" role=\"img\" aria-label=\"{2} pairs in a table of {3} by "
      "{3}\">\n<rect width=\"{4:.1f}\" height=\"{4:.1f}\"/>\n",
      side + 2, side + 2, pairs.positive, length, side);
  const auto cells = [&](std::string_view kind, std::size_t row, std::size_t from, std::size_t to) {
    if (from == to) return;
    svg += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n", kind,
                       cell * static_cast<double>(from), cell * static_cast<double>(row),
                       cell * static_cast<double>(to - from), cell);
  };
  for (std::size_t i = 0; i < length; ++i) {
    const ExplainedPairs::Word& word = pairs.words[i];
    cells("pair", i, i - word.before, i);
    cells("itself", i, i, i + 1);
    cells("pair", i, i + 1, i + 1 + word.after);
  }
  return svg + fmt::format("<rect class=\"this\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n</svg></div>\n", side, cell);
}

std::string list(const ExplainedPairs& pairs) {
  std::string html =
      "<h2>All pairs</h2>\n<div class=\"wide\" tabindex=\"0\"><table id=\"pairs\"><thead><tr><th>i</th><th>word</th>"
      "<th>min(i−1, c) + min(L−i, c)</th><th>near</th><th>drawn</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < pairs.words.size(); ++i) {
    const ExplainedPairs::Word& word = pairs.words[i];
    html += fmt::format(
        "<tr><td class=\"number\">{}</td><td dir=\"auto\">{}</td><td class=\"number\">{} + {}</td><td dir=\"auto\">",
        i + 1, escaped(word.word), word.before, word.after);
    for (const std::size_t j : word.near) html += fmt::format("<span>{}</span> ", escaped(pairs.words[j].word));
    html += "</td><td dir=\"auto\">";
    for (const std::string& each : word.drawn) {
      html += fmt::format("<span{}>{}</span> ", each == word.word ? " class=\"itself\"" : "", escaped(each));
    }
    html += "</td></tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string pairs_page(const ExplainedPairs& pairs) {
  return pages::html_of({.kind = kPairsPage,
                         .title = fmt::format("The pairs of {} words", pairs.words.size()),
                         .style = kStyle,
                         .body = summary(pairs) + text(pairs) + band(pairs) + list(pairs),
                         .script = kScript});
}

}  // namespace mana::jobs
