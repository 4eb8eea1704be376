#pragma once

namespace heddle::tool {

/// Colours are named for what they mean; the dark ones come with the reader's
/// system. Text on every ground has a contrast of at least 4.5.
constexpr char htmlStyle[] = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#566173;--line:#dde2ea;
--link:#0b57b7;--bug:#b3261e;--cost:#8a5200;--advice:#2f5fa8;--bug-bg:#fdeceb;--cost-bg:#fdf1de;--advice-bg:#e8f0fc;
--code:#f3f5f8;--mark:#fff3c9;--add:#dff5e3;--add-ink:#11502a;--del:#fde4e2;--del-ink:#86201a;--good:#1d6b3a}
@media(prefers-color-scheme:dark){:root{--page:#12161d;--card:#1a202a;--ink:#e6eaf1;--soft:#a3afc0;--line:#2d3644;
--link:#8ab8ff;--bug:#ff9c94;--cost:#f5c069;--advice:#9cc2ff;--bug-bg:#43201f;--cost-bg:#3c2e14;--advice-bg:#1d2f4c;
--code:#131922;--mark:#453b14;--add:#143622;--add-ink:#a8ecc0;--del:#43201f;--del-ink:#ffc0ba;--good:#7fd9a0}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem}
h1{font-size:1.7rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:2.75rem 0 .9rem;letter-spacing:-.01em}
h3{font-size:1.02rem;margin:0;line-height:1.4;overflow-wrap:anywhere}
p{margin:.5rem 0}.soft{color:var(--soft)}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,input:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
code,pre,.place{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.9em;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.2rem,1fr));gap:.75rem;margin:1.4rem 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.8rem 1rem}
.tiles b{display:block;font-size:1.75rem;line-height:1.15;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.88rem}
.tiles .bug b{color:var(--bug)}.tiles .cost b{color:var(--cost)}.tiles .advice b{color:var(--advice)}.tiles .good b{color:var(--good)}
.tools{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:center;margin-top:1.4rem}
.tools[hidden]{display:none}
.tools input[type=search]{flex:1 1 14rem;min-width:0;font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:8px;padding:.5rem .75rem}
.tools ::placeholder{color:var(--soft);opacity:1}
.tools label{display:inline-flex;gap:.4rem;align-items:center;min-height:2rem}
.badge{display:inline-block;font-size:.74rem;font-weight:650;letter-spacing:.03em;text-transform:uppercase;border-radius:99px;padding:.12rem .6rem;white-space:nowrap}
.badge.bug{background:var(--bug-bg);color:var(--bug)}.badge.cost{background:var(--cost-bg);color:var(--cost)}.badge.advice{background:var(--advice-bg);color:var(--advice)}
.card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--line);border-radius:12px;padding:1rem 1.15rem;margin:0 0 1rem}
.card.bug{border-left-color:var(--bug)}.card.cost{border-left-color:var(--cost)}.card.advice{border-left-color:var(--advice)}
.card:target{box-shadow:0 0 0 3px var(--link)}
.meta{display:flex;flex-wrap:wrap;gap:.35rem .8rem;align-items:center;margin:.4rem 0 .75rem;font-size:.9rem}
.place{font-size:.86rem;color:var(--soft);overflow-wrap:anywhere}
pre{background:var(--code);border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:.55rem 0;font-size:.84rem;line-height:1.5;overflow-x:auto;tab-size:4}
pre span{display:block;padding:0 .8rem;min-width:max-content}
pre i{display:inline-block;width:3.2em;margin-right:1em;text-align:right;color:var(--soft);font-style:normal;user-select:none}
pre .at{background:var(--mark)}pre .add{background:var(--add);color:var(--add-ink)}pre .del{background:var(--del);color:var(--del-ink)}pre .hunk{color:var(--soft)}
ol.story{margin:.75rem 0;padding-left:1.3rem}ol.story li{margin:.3rem 0}ol.story pre{margin:.3rem 0 .6rem}
details{margin:.6rem 0 0}summary{cursor:pointer;padding:.2rem 0;font-weight:600}
.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.55rem .9rem;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.84rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
th[scope=row]{font-weight:400;overflow-wrap:anywhere}
.links{display:flex;flex-wrap:wrap;gap:.15rem .6rem}.links a{min-width:1.5rem;padding:.1rem 0}
.heat{display:flex;height:.7rem;border-radius:99px;overflow:hidden;background:var(--line);min-width:5rem}
.heat span{display:block}.heat .bug{background:var(--bug)}.heat .cost{background:var(--cost)}.heat .advice{background:var(--advice)}
.none{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.4rem;color:var(--good);font-weight:600}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:1.2rem 0 0;list-style:none}
footer{color:var(--soft);font-size:.88rem;padding-top:2rem;padding-bottom:2.5rem}
@media(max-width:38rem){main,header,footer{padding-left:.9rem;padding-right:.9rem}header{padding-top:1.4rem}
.card{padding:.85rem .9rem}.tiles{grid-template-columns:repeat(3,1fr);gap:.5rem}.tiles li{padding:.6rem .7rem}.tiles b{font-size:1.4rem}
pre i{width:2.4em;margin-right:.7em}pre span{padding:0 .5rem}th,td{padding:.5rem .6rem}.wide{display:none}}
@media print{body{background:#fff}.tools,.skip,nav{display:none}.card{break-inside:avoid}}
)css";

/// Only narrows the list down: the page reads the same without it.
constexpr char htmlScript[] = R"js(
(function () {
  var tools = document.querySelector('.tools');
  if (!tools) return;
  var words = tools.querySelector('input[type=search]');
  var boxes = tools.querySelectorAll('input[type=checkbox]');
  var shown = tools.querySelector('output');
  var cards = document.querySelectorAll('.finding');
  function narrow() {
    var wanted = words.value.toLowerCase(), tiers = {}, count = 0;
    boxes.forEach(function (box) { tiers[box.value] = box.checked; });
    cards.forEach(function (card) {
      card.hidden = !tiers[card.dataset.tier] || card.textContent.toLowerCase().indexOf(wanted) < 0;
      count += !card.hidden;
    });
    shown.textContent = count + ' of ' + cards.length;
  }
  tools.hidden = false;
  tools.addEventListener('input', narrow);
  narrow();
})();
)js";

} // namespace heddle::tool
