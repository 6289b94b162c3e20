#pragma once

#include <string_view>

/// What pages that show the tokens of texts have in common: their styles, and functions that draw a text whose tokens
/// are shaded and a table with a row for each token of one text and a column for each of another. `data` of the script
/// is the JSON of the element of that name.
namespace mana::jobs {

inline constexpr std::string_view kTokenStyle =
    R"css(.choices{display:flex;flex-wrap:wrap;gap:.4rem;margin-block:.5rem}.choices button{padding:.15rem .7rem}
[aria-pressed=true]{border-color:var(--first);box-shadow:inset 0 0 0 1px var(--first)}
.shade{position:relative;isolation:isolate;background:none}
.shade::before{content:"";position:absolute;inset:0;z-index:-1;background:var(--first);opacity:calc(.45*var(--w,0))}
.shade.negative::before{background:var(--second)}
.text{font-size:1.1rem;line-height:1.9;padding:.5rem .8rem;border:1px solid var(--rule);border-radius:.3rem}
.text.long{max-height:22rem;overflow-y:auto}
.text span{padding-block:.15rem;border-radius:.2rem;cursor:pointer}
.text .at{outline:2px solid var(--ink)}.text .special{color:var(--faint);font-size:.85em}
#said{min-height:3.2rem;margin-block:.5rem}canvas{touch-action:pan-y;cursor:crosshair}
#most td{padding-block:.1rem;vertical-align:middle}#most .bar{width:10rem;min-width:5rem}
#most .bar div{height:.8rem;background:var(--first);opacity:.6}#most .bar .negative{background:var(--second)}
)css";

inline constexpr std::string_view kTokenScript = R"js('use strict';
const $=id=>document.getElementById(id),data=JSON.parse($('data').textContent);
const make=(tag,into,text,more)=>{const e=document.createElement(tag);if(text!=null)e.textContent=text;
 Object.assign(e,more);into.append(e);return e};
const colour=name=>getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const direction=e=>getComputedStyle(e).direction;

// A row of things of which one has the focus: arrows go to the next one, in the direction in which people read.
function arrows(e,count,columns,from,go){
 const onward=direction(e.currentTarget)==='rtl'?-1:1;
 const step={ArrowRight:onward,ArrowLeft:-onward,ArrowDown:columns,ArrowUp:-columns,
  Home:-from,End:count-1-from}[e.key];
 if(step===undefined)return;
 e.preventDefault();const to=from+step;
 if(to>=0&&to<count)go(to)}

// A text of tokens [text, spelling, kind], each a span that says when it is looked at. Its direction is that of the first
// letter that stands for text.
const rtl=/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
function directionOf(tokens){
 const first=tokens.filter(t=>t[2]!==2).map(t=>t[0].match(/\p{L}/u)).find(letter=>letter);
 return first&&rtl.test(first[0])?'rtl':'ltr'}
function drawText(into,tokens,title,look){
 if(title)make('p',into,title,{className:'faint'});
 const block=make('div',into,null,{className:tokens.length<200?'text':'text long',dir:directionOf(tokens)}),spans=[];
 let word;  // each reads in its own direction; its tokens stay together, so that their letters join
 tokens.forEach(([text,token,kind],i)=>{
  if(i&&kind!==1)block.append(' ');
  if(!word||kind!==1)word=make('bdi',block);
  const span=make('span',word,text,{className:'shade',title:token,tabIndex:i?-1:0});
  if(kind===2)span.classList.add('special');
  span.onmouseenter=span.onfocus=span.onclick=()=>look(i);
  span.onkeydown=e=>arrows(e,spans.length,1,i,to=>spans[to].focus());
  spans.push(span)});
 return spans}
// In [-1, 1]: how dark; what is below zero has another colour.
function shade(e,by){e.style.setProperty('--w',Math.abs(by));e.classList.toggle('negative',by<0)}
// Of many things, the one that the keyboard comes to.
function reach(spans,at){spans.forEach((span,i)=>{span.tabIndex=i===at?0:-1;span.classList.toggle('at',i===at)})}

// The largest of some numbers of tokens, as a list with bars.
function drawMost(tokens,values,order,digits){
 const most=$('most'),largest=Math.abs(values[order[0]])||1;most.replaceChildren();
 for(const i of order){
  const row=make('tr',most);make('bdi',make('td',row),tokens[i][0]);
  make('td',row,i+1,{className:'number faint'});make('td',row,digits(values[i]),{className:'number'});
  make('div',make('td',row,null,{className:'bar'}),null,{className:values[i]<0?'negative':''})
   .style.width=`${100*Math.abs(values[i])/largest}%`}}

// A table of numbers in [-1, 1], a row for each token of one text, a column for each of another: an image with a pixel
// for each, drawn large, and what is pointed at on top. Its columns go right to left where `sample`, their text, does.
class Table{
 constructor(canvas,sample,point){
  this.canvas=canvas;this.sample=sample;this.image=document.createElement('canvas');this.at={};
  canvas.onpointermove=canvas.onpointerdown=e=>{
   const box=canvas.getBoundingClientRect(),column=Math.floor((e.clientX-box.left-this.left)/this.cell),
   row=Math.floor((e.clientY-box.top-this.top)/this.cell);
   this.go(row,this.rtl?this.columns.length-1-column:column,point)};
  canvas.onkeydown=e=>{
   const onward=this.rtl?-1:1,
   step={ArrowRight:[0,onward],ArrowLeft:[0,-onward],ArrowDown:[1,0],ArrowUp:[-1,0]}[e.key];
   if(step){e.preventDefault();this.go((this.at.row??0)+step[0],(this.at.column??0)+step[1],point)}}}
 go(row,column,point){
  if(row>=0&&column>=0&&row<this.rows.length&&column<this.columns.length)point(row,column)}
 fill(rows,columns,value){
  Object.assign(this,{rows,columns,rtl:direction(this.sample())==='rtl'});
  const n=rows.length,m=columns.length,context=this.image.getContext('2d',{willReadFrequently:true});
  this.image.width=m;this.image.height=n;
  const[over,under]=['--first','--second'].map(name=>{
   context.fillStyle=colour(name);context.fillRect(0,0,1,1);return context.getImageData(0,0,1,1).data});
  const pixels=context.createImageData(m,n);
  for(let i=0;i<n;i++)for(let j=0;j<m;j++){
   const to=4*(i*m+(this.rtl?m-1-j:j)),by=value(i,j);
   pixels.data.set(by<0?under:over,to);pixels.data[to+3]=255*Math.abs(by)}
  context.putImageData(pixels,0,0);
  this.cell=Math.max(1,Math.min(26,Math.floor(640/Math.max(n,m))));
  const named=this.cell>=12,longest=tokens=>named?Math.min(120,this.longest(tokens)):0;
  this.side=longest(rows);this.top=longest(columns);this.left=this.rtl?0:this.side}
 longest(tokens){
  const context=this.canvas.getContext('2d');context.font='12px system-ui,sans-serif';
  return 16+Math.max(...tokens.map(t=>context.measureText(t[0]).width))}
 draw(at){
  this.at=at;
  const{canvas,cell,left,top,rtl,rows,columns}=this,n=rows.length,m=columns.length;
  const width=m*cell+this.side,height=n*cell+top,dots=devicePixelRatio||1,x=j=>left+(rtl?m-1-j:j)*cell;
  canvas.width=width*dots;canvas.height=height*dots;
  canvas.style.width=width+'px';canvas.style.height=height+'px';
  const context=canvas.getContext('2d');
  context.scale(dots,dots);context.imageSmoothingEnabled=false;
  context.fillStyle=colour('--box');context.fillRect(left,top,m*cell,n*cell);
  context.drawImage(this.image,left,top,m*cell,n*cell);
  if(top){
   context.font='12px system-ui,sans-serif';context.fillStyle=colour('--ink');context.textBaseline='middle';
   rows.forEach((t,i)=>{context.textAlign=rtl?'left':'right';context.direction=directionOf([t]);
    context.fillText(t[0],rtl?m*cell+5:left-5,top+(i+.5)*cell,this.side-6)});
   columns.forEach((t,j)=>{context.save();context.translate(x(j)+cell/2,top-5);context.rotate(-Math.PI/2);
    context.textAlign='left';context.direction=directionOf([t]);
    context.fillText(t[0],0,0,top-6);context.restore()})}
  context.strokeStyle=colour('--ink');context.lineWidth=1.5;
  if(at.row!=null)context.strokeRect(left+1,top+at.row*cell,m*cell-2,cell);
  if(at.column!=null)context.strokeRect(x(at.column),top+1,cell,n*cell-2)}}
const onColours=draw=>matchMedia('(prefers-color-scheme:dark)').addEventListener('change',draw);
)js";

}  // namespace mana::jobs
