#include "mana/cli/words/word_map_page.h"

#include <fmt/format.h>

#include <cstddef>

#include "mana/jobs/json_text.h"
#include "mana/pages/page.h"

namespace mana::cli {
namespace {

constexpr std::string_view kStyle =
    "#map{width:100%;touch-action:none;background:var(--box);border:1px solid var(--rule);cursor:grab}"
    "#map text{font-size:14px;unicode-bidi:plaintext;paint-order:stroke;stroke:var(--box);stroke-width:3px}"
    "circle{fill:var(--first)}.near circle,.near text{fill:var(--second)}.this circle,.this text{fill:var(--third)}"
    ".this text{font-weight:bold}.without text{visibility:hidden}#lines line{stroke:var(--second);opacity:.6}"
    ".tools{display:flex;flex-wrap:wrap;gap:.4rem;margin-block:.5rem}.tools input{font:inherit;color:inherit;"
    "background:var(--paper);border:1px solid var(--rule);padding:.1rem .5rem}.tools button{min-width:2.2rem}"
    "#shown{min-height:4.5rem}#shown span,#shown "
    "button{display:inline-block;margin-inline-end:.6em;unicode-bidi:plaintext}\n";

// A word at (x, y), from 0 to 1, is shown at ((x - left) * zoom * width, (y - top) * zoom * height). The label of a
// word is written where it covers none of those before: the word that is pointed at, its nearest, then all in their
// order.
constexpr std::string_view kScript =
    "const "
    "map=document.querySelector('#map'),lines=map.querySelector('#lines'),shown=document.querySelector('#shown'),\n"
    "groups=[...map.querySelectorAll('.word')],texts=groups.map(g=>g.lastElementChild),\n"
    "index=new Map(words.map((w,i)=>[w.word,i]));\n"
    "let width,height,left=0,top_=0,zoom=1,current=-1,asked=false;\n"
    "const near=i=>words[i].near.map(n=>index.get(n[0])).filter(j=>j!==undefined);\n"
    "const at=w=>[(w.x-left)*zoom*width,(w.y-top_)*zoom*height];\n"
    "function draw(){asked=false;const taken=[],first=current<0?[]:[current,...near(current)],\n"
    "order=[...first,...words.keys()],done=new Set();\n"
    "for(const i of order){if(done.has(i))continue;done.add(i);const w=words[i],[x,y]=at(w);\n"
    "groups[i].setAttribute('transform',`translate(${x} ${y})`);\n"
    "const l=x+w.dx,box=[l,y+w.dy-13,l+w.length,y+w.dy+4],\n"
    "outside=x<0||y<0||x>width||y>height,hidden=outside||taken.some(b=>box[0]<b[2]&&b[0]<box[2]&&box[1]<b[3]&&b[1]<box["
    "3]);\n"
    "groups[i].classList.toggle('without',hidden);if(!hidden)taken.push(box)}\n"
    "lines.replaceChildren(...(current<0?[]:near(current)).map(j=>{const "
    "line=document.createElementNS(map.namespaceURI,'line');\n"
    "const [x1,y1]=at(words[current]),[x2,y2]=at(words[j]);\n"
    "Object.entries({x1,y1,x2,y2}).forEach(([k,v])=>line.setAttribute(k,v));return line}))}\n"
    "function ask(){if(!asked){asked=true;requestAnimationFrame(draw)}}\n"
    "function size(){width=map.clientWidth;height=Math.max(320,Math.min(width*.7,innerHeight*.8));\n"
    "map.setAttribute('viewBox',`0 0 ${width} ${height}`);\n"
    "words.forEach((w,i)=>{w.length=texts[i].getComputedTextLength();w.dx=w.side==='end'?-w.length-w.gap:w.side==='"
    "start'?w.gap:-w.length/2;\n"
    "const "
    "t=texts[i];t.setAttribute('text-anchor','start');t.setAttribute('x',w.dx);t.setAttribute('y',w.dy)});draw()}\n"
    "function scale(by,x=width/2,y=height/2){const before=zoom;zoom=Math.min(200,Math.max(1,zoom*by));\n"
    "left+=x/width/before-x/width/zoom;top_+=y/height/before-y/height/zoom;keep()}\n"
    "function keep(){const "
    "most=1-1/zoom;left=Math.min(most,Math.max(0,left));top_=Math.min(most,Math.max(0,top_));ask()}\n"
    "function centre(i){zoom=Math.max(zoom,4);left=words[i].x-.5/zoom;top_=words[i].y-.5/zoom;keep()}\n"
    "function "
    "show(i){if(current>=0){groups[current].classList.remove('this');near(current).forEach(j=>groups[j].classList."
    "remove('near'))}\n"
    "current=i;groups[i].classList.add('this');near(i).forEach(j=>groups[j].classList.add('near'));\n"
    "shown.replaceChildren(Object.assign(document.createElement('b'),{textContent:words[i].word,dir:'auto'}),': "
    "nearest in the model ',\n"
    "...words[i].near.map(([word,cosine])=>{const "
    "j=index.get(word),e=document.createElement(j===undefined?'span':'button');\n"
    "e.textContent=`${word} ${cosine}`;if(j!==undefined)e.onclick=()=>{show(j);centre(j)};return e}));ask()}\n"
    "groups.forEach((g,i)=>{g.addEventListener('pointerenter',()=>show(i));g.addEventListener('click',()=>show(i))});\n"
    "map.addEventListener('wheel',e=>{e.preventDefault();const r=map.getBoundingClientRect();\n"
    "scale(Math.exp(-e.deltaY/400),e.clientX-r.left,e.clientY-r.top)},{passive:false});\n"
    "let held=null;map.addEventListener('pointerdown',e=>{held=[e.clientX,e.clientY]});\n"
    "addEventListener('pointermove',e=>{if(!held)return;left-=(e.clientX-held[0])/width/zoom;top_-=(e.clientY-held[1])/"
    "height/zoom;\n"
    "held=[e.clientX,e.clientY];keep()});\n"
    "for(const end of['pointerup','pointercancel'])addEventListener(end,()=>held=null);\n"
    "const "
    "keys={'+':()=>scale(1.5),'=':()=>scale(1.5),'-':()=>scale(1/1.5),'0':()=>scale(0),ArrowLeft:()=>{left-=.1/"
    "zoom;keep()},\n"
    "ArrowRight:()=>{left+=.1/zoom;keep()},ArrowUp:()=>{top_-=.1/zoom;keep()},ArrowDown:()=>{top_+=.1/zoom;keep()}};\n"
    "map.addEventListener('keydown',e=>{if(keys[e.key]&&!e.ctrlKey&&!e.metaKey){keys[e.key]();e.preventDefault()}});\n"
    "document.querySelectorAll('[data-key]').forEach(b=>b.onclick=()=>keys[b.dataset.key]());\n"
    "document.querySelector('#find').addEventListener('input',e=>{const i=index.get(e.target.value);\n"
    "if(i!==undefined){show(i);centre(i)}});\n"
    "addEventListener('resize',size);size();\n";

/// `const words=[{"word":"king","x":0.5,"y":0.25,"side":"start","gap":5,"dy":4,"near":[["queen",0.66]]}, …];`
std::string data_of(const WordMap& map, const WordDrawing& drawing, const std::vector<std::vector<NearWord>>& near) {
  std::string json = "const words=[";
  for (std::size_t i = 0; i < map.words.size(); ++i) {
    const Point& dot = drawing.dots[i];
    const PlacedLabel& label = drawing.labels[i];
    const bool right = label.side == LabelSide::right, left = label.side == LabelSide::left;
    const double gap = right ? label.box.left - dot.x : left ? dot.x - label.box.right : 0;
    json += i == 0 ? "{\"word\":" : ",\n{\"word\":";
    jobs::append_string(json, map.words[i].word);
    json += fmt::format(R"(,"x":{:.5f},"y":{:.5f},"side":"{}","gap":{:.1f},"dy":{:.1f},"near":[)",
                        dot.x / drawing.size.width, dot.y / drawing.size.height,
                        right  ? "start"
                        : left ? "end"
                               : "",
                        gap, label.box.bottom - dot.y - 3);
    for (const NearWord& each : near[i]) {
      json += &each == near[i].data() ? "[" : ",[";
      jobs::append_string(json, each.word);
      json += fmt::format(",{:.3f}]", each.similarity);
    }
    json += "]}";
  }
  json += "];\n";
  // Nothing in it may end the script.
  for (std::size_t at = json.find('<'); at != json.npos; at = json.find('<', at)) json.replace(at, 1, "\\u003c");
  return json;
}

}  // namespace

std::string map_page(const WordMap& map, std::string_view title, const std::vector<std::vector<NearWord>>& near) {
  const WordDrawing drawing = draw(map);
  std::string body =
      "<p class=\"faint\">The wheel and the keys + − 0 zoom, arrows and dragging move. Axes: the two directions in "
      "which "
      "the words' vectors differ most.</p>\n<div class=\"tools\"><button data-key=\"+\" "
      "aria-label=\"nearer\">+</button>"
      "<button data-key=\"-\" aria-label=\"farther\">−</button><button data-key=\"0\">all</button><input id=\"find\" "
      "list=\"words\" placeholder=\"a word\" aria-label=\"find a word\" dir=\"auto\"></div>\n<datalist id=\"words\">";
  for (const PlacedWord& each : map.words) body += fmt::format("<option value=\"{}\">", pages::escaped(each.word));
  body += fmt::format(
      "</datalist>\n<svg id=\"map\" viewBox=\"0 0 {:.0f} {:.0f}\" tabindex=\"0\" role=\"application\" "
      "aria-label=\"map of words\">\n<g id=\"lines\"></g>\n",
      drawing.size.width, drawing.size.height);
  for (std::size_t i = 0; i < map.words.size(); ++i) {
    body += fmt::format(
        "<g class=\"word\" transform=\"translate({:.1f} {:.1f})\"><circle r=\"3.5\"/><text x=\"5\" "
        "y=\"4\">{}</text></g>\n",
        drawing.dots[i].x, drawing.dots[i].y, pages::escaped(map.words[i].word));
  }
  body += "</svg>\n<p id=\"shown\" aria-live=\"polite\">Point at a word, or type one.</p>\n";
  return pages::html_of({.kind = kWordMapPage,
                         .title = std::string(title),
                         .style = kStyle,
                         .body = body,
                         .script = data_of(map, drawing, near) + std::string(kScript)});
}

}  // namespace mana::cli
