#include "report/style.hpp"

namespace graft {

std::string_view plot_style() {
    // Each colour stands out from its background by 4.5 to 1 or more, for words in it too.
    return R"css(
:root{--paper:#fff;--ink:#1b1f24;--soft:#59616d;--line:#e4e6ea;--rail:#eceef1;
--k0:#59616d;--k1:#1f5fbf;--k2:#b4470f;--k3:#19703e;--k4:#7b3fb0;--k5:#0a6e7a;--k6:#a8296f;--k7:#6b5b00}
@media (prefers-color-scheme:dark){:root{--paper:#16191d;--ink:#e7e9ec;--soft:#a3abb6;--line:#2d3238;--rail:#2a2f36;
--k0:#a3abb6;--k1:#83b2ff;--k2:#ff9f6b;--k3:#72d29a;--k4:#c9a2f5;--k5:#66cfdc;--k6:#f495c4;--k7:#d8c65a}}
.plot{font:12px ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;display:block;width:100%;height:auto}
.grid{stroke:var(--line)}.tick{fill:var(--soft)}.end{text-anchor:end}.mid{text-anchor:middle}
.k0{--c:var(--k0)}.k1{--c:var(--k1)}.k2{--c:var(--k2)}.k3{--c:var(--k3)}
.k4{--c:var(--k4)}.k5{--c:var(--k5)}.k6{--c:var(--k6)}.k7{--c:var(--k7)}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.k0{stroke-dasharray:1 4}.line.guide{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
.dots{fill:none;stroke:var(--c);stroke-width:5;stroke-linecap:round}.dots.fine{stroke-width:3;stroke-opacity:.55}
.bar{fill:var(--c)}.name,.word{fill:var(--c)}.name{font-weight:600}.mark{stroke:var(--c);stroke-dasharray:2 3}
.ring{fill:none;stroke:var(--ink);stroke-width:1.5}.tip{fill:transparent}.tip:hover{fill:var(--ink);fill-opacity:.06}
)css";
}

std::string_view page_style() {
    return R"css(
:root{color-scheme:light dark;--bg:#fafafa;--hit:#1f5fbf;--miss:#b4470f}
@media (prefers-color-scheme:dark){:root{--bg:#0f1114;--hit:#3f74c9;--miss:#c05a20}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:3.5rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}footer{padding:2rem 1.25rem 3rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:0;font-weight:650}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:0 0 .35rem;font-weight:650}
h3{font-size:1rem;margin:1.6rem 0 .4rem;font-weight:650}
p{margin:.5rem 0;max-width:44rem}a{color:var(--k1);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible,button:focus-visible{outline:2px solid var(--k1);
outline-offset:2px;border-radius:3px}
.soft{color:var(--soft)}.kicker{color:var(--soft);margin:0 0 .3rem;font-size:.875rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem;z-index:9}
nav{position:sticky;top:0;background:var(--bg);border-bottom:1px solid var(--line);z-index:5;margin-top:1.5rem}
nav ul{max-width:62rem;margin:0 auto;padding:.55rem 1.25rem;display:flex;gap:1.2rem;overflow-x:auto;list-style:none;
white-space:nowrap;font-size:.9rem}
nav a{color:var(--soft);text-decoration:none}nav a:hover{color:var(--ink)}
section{padding:2.2rem 0 .4rem}section+section{border-top:1px solid var(--line);margin-top:2rem}
.verdict{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:.5rem 2.5rem;align-items:center}
.figure{font-size:clamp(3.2rem,9vw,5.2rem);font-weight:680;letter-spacing:-.035em;line-height:1}
.figure small{font-size:.45em;font-weight:500;letter-spacing:0;color:var(--soft)}
.ruler{width:100%;height:auto;max-width:30rem;overflow:visible;font-size:12px}
.band{fill:var(--k1);fill-opacity:.28}.rail{fill:var(--rail)}.dot{fill:var(--k1)}.tickline{stroke:var(--soft)}
.advice{list-style:none;padding:0;margin:1rem 0 0;display:grid;gap:.8rem}
.advice li{border-left:3px solid var(--c);padding:.1rem 0 .1rem .9rem}
.advice{max-width:46rem}.there{white-space:nowrap}.advice b{display:block}.advice .do{display:block;color:var(--soft)}.advice p{margin:0}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.2rem 2rem;margin:1rem 0}
figure{margin:0}figcaption{font-weight:600;margin-bottom:.2rem}figcaption span{font-weight:400;color:var(--soft)}
.scroll{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.9rem}caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th,td{padding:.28rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600}thead th{color:var(--soft);font-weight:500;vertical-align:bottom}
th[scope=row],.left{text-align:left}.wide{width:40%;min-width:8rem}
table:has(.wide) thead th:nth-child(2){text-align:left}.scroll th[scope=row]{position:sticky;left:0;background:var(--bg)}
th button{all:unset;cursor:pointer;text-decoration:underline dotted;text-underline-offset:.2em}
.interval{width:100%;min-width:7rem;height:12px;display:block}.whisker{stroke:var(--ink);stroke-width:1.5;
vector-effect:non-scaling-stroke}
.matrix{border-spacing:2px;border-collapse:separate}.matrix td{padding:0;border:0;min-width:2.4rem;height:2rem;
text-align:center;border-radius:3px}.matrix td a{display:block;padding:.3rem .4rem;color:inherit;text-decoration:none}
.matrix td a:hover{outline:2px solid var(--ink);border-radius:3px}
.matrix th{border:0;padding:.2rem .5rem;font-weight:500}.matrix thead th{vertical-align:bottom}
.matrix thead span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:9rem}
.matrix .none{color:var(--soft);opacity:1}
.h1{background:#edf3fc}.h2{background:#d9e6f8}.h3{background:#bdd4f3}.h4{background:#98bbea}
.h5{background:#3a72c4;color:#fff}.h6{background:#1f5fbf;color:#fff}.h7{background:#164a99;color:#fff}
.m1{background:#fdf0e8}.m2{background:#fbe0d0}.m3{background:#f7c6aa}.m4{background:#f0a67d}
.m5{background:#b4470f;color:#fff}.m6{background:#9a3a0a;color:#fff}.m7{background:#7d2e06;color:#fff}
@media (prefers-color-scheme:dark){
.h1{background:#1a2433}.h2{background:#1e3048}.h3{background:#234066}.h4{background:#2a5086;color:#fff}
.h5{background:#83b2ff;color:#0f1114}.h6{background:#a3c5ff;color:#0f1114}.h7{background:#c4daff;color:#0f1114}
.m1{background:#2c1f18}.m2{background:#41281b}.m3{background:#5c331c}.m4{background:#78401d;color:#fff}
.m5{background:#ff9f6b;color:#0f1114}.m6{background:#ffb58c;color:#0f1114}.m7{background:#ffcbb0;color:#0f1114}}
.pictures{display:flex;flex-wrap:wrap;gap:.9rem;padding:0;margin:.8rem 0;list-style:none}
.pictures li{width:7rem;font-size:.8rem;line-height:1.35}.pictures img{display:block;width:7rem;height:7rem;
object-fit:contain;background:var(--rail);border-radius:4px;margin-bottom:.3rem;image-rendering:auto}
.pictures .noimage{display:grid;place-items:center;width:7rem;height:7rem;background:var(--rail);border-radius:4px;
color:var(--soft);margin-bottom:.3rem}.said{color:var(--k2);font-weight:600}.truth{color:var(--k3);font-weight:600}
.pictures li.pair{width:14.3rem}.two{display:flex;gap:.3rem}.heat{color:var(--soft)}
.heat i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .3em 0 .2em}
.raises{background:#e11e14}.lowers{background:#1e5ae6}
.file{color:var(--soft);display:block;overflow-wrap:anywhere}
.views{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:.4rem;max-width:44rem;margin:.4rem 0}
.views img{width:100%;height:auto;display:block;border-radius:3px}.views span{font-size:.8rem;color:var(--soft)}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) minmax(0,1fr);gap:.3rem 1.5rem;margin:.8rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;margin:.5rem 0}
details{margin:.6rem 0}summary{cursor:pointer}.parts{width:100%;height:24px;border-radius:4px;display:block;margin:.6rem 0}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;list-style:none;padding:0;margin:.4rem 0}
.key i{display:inline-block;width:.7em;height:.7em;border-radius:2px;background:var(--c);margin-right:.45em}
#hint{position:fixed;pointer-events:none;background:var(--ink);color:var(--paper);padding:.3rem .55rem;border-radius:4px;
font-size:.8rem;max-width:20rem;z-index:20}
:target{background:color-mix(in srgb,var(--k1) 8%,transparent)}
@media (max-width:40rem){header{padding-top:1.5rem}.verdict{grid-template-columns:1fr}.pictures li{width:6rem}
.pictures img,.pictures .noimage{width:6rem;height:6rem}.pictures li.pair{width:100%;max-width:24rem}.two img,.two .noimage{flex:1;width:auto;min-width:0;height:auto;aspect-ratio:1}
.views{margin-bottom:1.4rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}
.views{grid-template-columns:repeat(3,minmax(0,1fr))}th,td{padding:.28rem .45rem}}
@media print{:root{--bg:#fff;--paper:#fff;--ink:#000;--soft:#444;--line:#ccc}nav,.skip{display:none}
body{font-size:11pt}section{padding-top:1rem;break-inside:auto}figure,tr,.pictures li,.advice li{break-inside:avoid}
a{color:inherit;text-decoration:none}.scroll{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";
}

std::string_view page_script() {
    return R"js(
(() => {
  const hint = document.createElement('div');
  hint.id = 'hint';
  hint.hidden = true;
  hint.setAttribute('aria-hidden', 'true');
  document.body.append(hint);
  for (const place of document.querySelectorAll('.tip')) {
    const title = place.querySelector('title');
    if (!title) continue;
    place.dataset.words = title.textContent;
    title.remove();
  }
  document.addEventListener('pointermove', (event) => {
    const place = event.target.closest ? event.target.closest('.tip') : null;
    hint.hidden = !place;
    if (!place) return;
    hint.textContent = place.dataset.words;
    const right = innerWidth - event.clientX < 220;
    hint.style.left = right ? '' : event.clientX + 14 + 'px';
    hint.style.right = right ? innerWidth - event.clientX + 14 + 'px' : '';
    hint.style.top = event.clientY + 14 + 'px';
  });
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  for (const table of document.querySelectorAll('table.sortable')) {
    for (const head of table.tHead.rows[0].cells) {
      if (!head.textContent) continue;
      const button = document.createElement('button');
      button.textContent = head.textContent;
      head.textContent = '';
      head.append(button);
      button.addEventListener('click', () => {
        const up = head.getAttribute('aria-sort') !== 'ascending';
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => {
          const [x, y] = [value(a, head.cellIndex), value(b, head.cellIndex)];
          const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
          return up ? order : -order;
        });
        table.tBodies[0].append(...rows);
      });
    }
  }
})();
)js";
}

}  // namespace graft
