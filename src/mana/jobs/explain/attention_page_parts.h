#pragma once

#include <string_view>

/// What is the same in every page of attention (attention_page.cc puts the text and its weights between).
namespace mana::jobs {

inline constexpr std::string_view kAttentionStyle =
    R"css(#heads td,#heads th{padding:1px;vertical-align:middle;border:0;text-align:center;font-size:.8rem;font-weight:normal}
#heads th{color:var(--faint);padding-inline:.4rem}#heads td.number{padding-inline-start:.8rem}
#heads button{width:100%;min-width:2.9rem;padding:.2rem 0}
)css";

inline constexpr std::string_view kAttentionBody = R"html(<div class="choices" id="stacks"></div>
<h2>Heads</h2>
<div class="choices" id="measures"></div>
<p class="faint" id="meaning"></p>
<div class="wide"><table id="heads"></table></div>
<h2 id="name"></h2>
<p id="numbers"></p>
<div class="choices" id="sides"></div>
<div id="texts"></div>
<p id="said" aria-live="polite"></p>
<div class="wide"><table id="most"></table></div>
<h2>All weights of this head</h2>
<p class="faint">A row for each token that looks, a column for each that is looked at; the darkest is <span
id="darkest"></span>. Point at a place, or move by the arrow keys.</p>
<div class="wide"><canvas id="table" tabindex="0" role="img" aria-label="The weights of the head"></canvas></div>
<noscript><p>The weights are drawn by a script, which this browser does not run.</p></noscript>
)html";

inline constexpr std::string_view kAttentionScript = R"js(const stacks=data.stacks;
for(const s of stacks)s.keys??=s.queries;
const measures=[
 {name:'entropy',of:0,most:s=>Math.log2(Math.max(2,s.keys.length)),digits:2,
  means:'Bits: 0 is all weight on one token, log₂ N the same on each of N. A mean over the tokens that look.'},
 {name:'below 1/N',of:1,most:()=>1,digits:2,
  means:'The share of weights that are less than 1/N, what each of N tokens would have if all had the same.'},
 {name:`largest ${data.top}`,of:2,most:()=>1,digits:2,
  means:`The sum of the ${data.top} largest weights of a token that looks; a mean over those.`}];
const now={stack:0,layer:0,head:0,measure:0,looks:true,at:0};
const stack=()=>stacks[now.stack],own=()=>stack().keys===stack().queries;
// Of a weight that is kept in one byte no more digits are shown than it has.
const coarse=data.levels<=255;
const digits=p=>coarse&&p>0&&p<.0995?`≈ ${p>=.00095?p.toFixed(p<.0095?3:2):p.toExponential(0)}`:p>=.0995?p.toFixed(2):p>=.00095?p.toFixed(3):p===0?'0':p.toExponential(0);

// The weights of one head, unpacked when it is chosen for the first time.
const unpacked=new Map();
function weights(){
 const id=`w${now.stack}-${now.layer}-${now.head}`;
 if(!unpacked.has(id)){
  const text=atob($(id).textContent),bytes=new Uint8Array(text.length);
  for(let i=0;i<bytes.length;i++)bytes[i]=text.charCodeAt(i);
  const levels=data.levels>255?new Uint16Array(bytes.buffer):bytes,p=new Float32Array(levels.length);
  for(let i=0;i<p.length;i++){const root=levels[i]/data.levels;p[i]=root*root*root}
  if(unpacked.size>=24)unpacked.delete(unpacked.keys().next().value);
  unpacked.set(id,p)}
 return unpacked.get(id)}
// What a token looks at, or who looks at it.
function line(looks,at){
 const p=weights(),n=stack().keys.length;
 return looks?p.subarray(at*n,at*n+n):Float32Array.from(stack().queries,(_,i)=>p[i*n+at])}

function choices(id,names,chosen,choose){
 const into=$(id),focused=[...into.children].indexOf(document.activeElement);into.replaceChildren();
 names.forEach((name,i)=>make('button',into,name,{type:'button',onclick:()=>choose(i)})
  .setAttribute('aria-pressed',i===chosen));
 into.children[focused]?.focus()}

let cells=[];
function drawHeads(){
 const layers=stack().layers,measure=measures[now.measure],most=measure.most(stack()),table=$('heads');
 choices('stacks',stacks.length>1?stacks.map(s=>s.name):[],now.stack,i=>{
  Object.assign(now,{stack:i,layer:0,head:0,looks:true,at:0});drawAll()});
 choices('measures',measures.map(m=>m.name),now.measure,i=>{now.measure=i;drawHeads()});
 $('meaning').textContent=measure.means;
 table.replaceChildren();cells=[];
 const top=make('tr',make('thead',table));
 make('th',top,'layer');layers[0].heads.forEach((_,h)=>make('th',top,h+1));
 make('th',top,'JSD',{title:'How much the heads of the layer differ: the mean Jensen–Shannon divergence of two, in bits'});
 const body=make('tbody',table);
 layers.forEach((layer,l)=>{
  const row=make('tr',body);make('th',row,l+1);
  layer.heads.forEach((numbers,h)=>{
   const cell=make('button',make('td',row),numbers[measure.of].toFixed(measure.digits),
    {type:'button',className:'shade',onclick:()=>choose(l,h)});
   cell.setAttribute('aria-label',`layer ${l+1}, head ${h+1}: ${measure.name} ${cell.textContent}`);
   shade(cell,numbers[measure.of]/most);
   const place=cells.push(cell)-1;
   cell.onkeydown=e=>arrows(e,cells.length,layer.heads.length,place,i=>{cells[i].click();cells[i].focus()})});
  make('td',row,layer.divergence===null?'–':layer.divergence.toFixed(2),{className:'number'})});
 mark()}
function mark(){
 const chosen=now.layer*stack().layers[0].heads.length+now.head;
 cells.forEach((cell,i)=>{cell.setAttribute('aria-pressed',i===chosen);cell.tabIndex=i===chosen?0:-1})}
function choose(layer,head){now.layer=layer;now.head=head;mark();drawHead()}

let queries=[],keys=[];  // as spans
function drawTexts(){
 const into=$('texts');into.replaceChildren();
 if(own())queries=keys=drawText(into,stack().queries,'',i=>look(now.looks,i));
 else{
  queries=drawText(into,stack().queries,'The target: each token looks at the source.',i=>look(true,i));
  keys=drawText(into,stack().keys,'The source: each token is looked at.',i=>look(false,i))}
 choices('sides',own()?['what a token looks at','who looks at it']:[],now.looks?0:1,i=>{
  now.looks=!i;drawTexts();look(now.looks,now.at)})}

function look(looks,at){
 Object.assign(now,{looks,at});
 const p=line(looks,at),order=[...p.keys()].sort((a,b)=>p[b]-p[a]),largest=p[order[0]]||1;
 const[from,to]=looks?[queries,keys]:[keys,queries],others=looks?stack().keys:stack().queries;
 if(from!==to)for(const span of from)shade(span,0);
 to.forEach((span,i)=>shade(span,Math.sqrt(p[i]/largest)));
 if(from!==to)reach(to,-1),to[0].tabIndex=0;
 reach(from,at);
 say(looks?[at,order[0]]:[order[0],at],p[order[0]],' looks most at ');
 drawMost(others,p,order.slice(0,Math.max(5,data.top)),digits);
 table.draw(looks?{row:at}:{column:at})}
function say([query,key],weight,how){
 const said=$('said'),name=(tokens,i)=>{said.append('“');make('bdi',said,tokens[i][0]);said.append('”')};
 said.replaceChildren();
 name(stack().queries,query);said.append(` (${query+1})`,how);name(stack().keys,key);said.append(` (${key+1}): ${digits(weight)}`)}

const table=new Table($('table'),()=>[...document.querySelectorAll('#texts .text')].at(-1),(row,column)=>{
 if(own()&&!now.looks)look(false,column);else look(true,row);
 table.draw({row,column});
 say([row,column],weights()[row*stack().keys.length+column],' looks at ')});
function drawHead(){
 const layer=stack().layers[now.layer],numbers=layer.heads[now.head];
 $('name').textContent=`${stacks.length>1?stack().name+', layer':'Layer'} ${now.layer+1}, head ${now.head+1}`;
 $('numbers').textContent=measures.map(m=>`${m.name} ${numbers[m.of].toFixed(3)}`).join(' · ');
 const p=weights(),m=stack().keys.length;
 let largest=0;for(const each of p)if(each>largest)largest=each;
 $('darkest').textContent=digits(largest);
 table.fill(stack().queries,stack().keys,(i,j)=>Math.sqrt(p[i*m+j]/largest));
 look(now.looks,now.at)}
function drawAll(){drawHeads();drawTexts();drawHead()}
onColours(drawHead);
drawAll();
)js";

}  // namespace mana::jobs
