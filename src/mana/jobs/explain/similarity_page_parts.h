#pragma once

#include <string_view>

/// What is the same in every page of a similarity, behind what is common to pages of tokens.
namespace mana::jobs {

inline constexpr std::string_view kSimilarityBody = R"html(<p class="faint">Point at a token, or move by the arrow keys,
to see what it gives together with each token of the other text. <button type="button" id="all">All tokens</button></p>
<div id="texts"></div>
<p id="said" aria-live="polite"></p>
<div class="wide"><table id="most"></table></div>
<h2>All pairs</h2>
<p class="faint">A row for each token of the first text, a column for each of the second; the darkest is <span
id="darkest"></span>. What makes the cosine smaller has the other colour.</p>
<div class="wide"><canvas id="table" tabindex="0" role="img" aria-label="What each pair gives"></canvas></div>
<noscript><p>The pairs are drawn by a script, which this browser does not run.</p></noscript>
)html";

inline constexpr std::string_view kSimilarityScript = R"js(const{a,b,shares}=data,m=b.length;
const digits=s=>(s<0?'−':'')+(Math.abs(s)>=.00095?Math.abs(s).toFixed(3):s===0?'0':Math.abs(s).toExponential(0));
const sum=values=>values.reduce((s,each)=>s+each,0);
const row=i=>shares.slice(i*m,i*m+m),column=j=>a.map((_,i)=>shares[i*m+j]);
const ofA=a.map((_,i)=>sum(row(i))),ofB=b.map((_,j)=>sum(column(j)));
const most=values=>Math.max(...values.map(Math.abs))||1;
// Signs stay; a root lets small ones be seen.
const dark=(share,largest)=>Math.sign(share)*Math.sqrt(Math.abs(share)/largest);
const largestFirst=values=>[...values.keys()].sort((i,j)=>values[j]-values[i]);
let shown={};  // of which token the others are shaded: one of a, one of b, or none

function shadeAll(spans,values){const largest=most(values);spans.forEach((span,i)=>shade(span,dark(values[i],largest)))}
function tell(tokens,values,text){
 $('said').replaceChildren(...text);
 drawMost(tokens,values,largestFirst(values).slice(0,12),digits)}
const named=text=>{const e=document.createElement('bdi');e.textContent=text;return['“',e,'”']};
function lookAtAll(){
 shown={};shadeAll(inA,ofA);shadeAll(inB,ofB);reach(inA,-1);reach(inB,-1);inA[0].tabIndex=inB[0].tabIndex=0;
 tell([...a,...b],[...ofA,...ofB],['What each token gives in all; those of either text sum to the cosine.']);
 $('most').querySelectorAll('td:nth-child(2)').forEach(cell=>{
  const i=cell.textContent-1;cell.textContent=i<a.length?`A ${i+1}`:`B ${i-a.length+1}`});
 table.draw({})}
function look(first,at){
 shown={first,at};
 const values=first?row(at):column(at),[own,others]=first?[inA,inB]:[inB,inA];
 for(const span of own)shade(span,0);
 shadeAll(others,values);reach(own,at);reach(others,-1);others[0].tabIndex=0;
 tell(first?b:a,values,[...named((first?a:b)[at][0]),` gives ${digits(sum(values))} to the cosine, with:`]);
 table.draw(first?{row:at}:{column:at})}
const inA=drawText($('texts'),a,'A',i=>look(true,i)),inB=drawText($('texts'),b,'B',j=>look(false,j));
const table=new Table($('table'),()=>[...document.querySelectorAll('#texts .text')].at(-1),(i,j)=>{
 look(true,i);table.draw({row:i,column:j});
 $('said').replaceChildren(...named(a[i][0]),' and ',...named(b[j][0]),` give ${digits(shares[i*m+j])}`)});
function drawTable(){
 const largest=shares.reduce((most,s)=>Math.max(most,Math.abs(s)),0)||1;
 $('darkest').textContent=digits(largest);
 table.fill(a,b,(i,j)=>dark(shares[i*m+j],largest));
 table.draw('first'in shown?(shown.first?{row:shown.at}:{column:shown.at}):{})}
$('all').onclick=lookAtAll;
onColours(drawTable);
drawTable();
lookAtAll();
)js";

}  // namespace mana::jobs
