"""How the report looks: on a screen in light and dark, and on an A4 sheet."""

from .ink import FONT, colours, mark_rules

_SCREEN = """
* { box-sizing:border-box; margin:0; }
html { background:var(--paper); color:var(--ink); -webkit-print-color-adjust:exact;
  print-color-adjust:exact; }
body { font-size:15px; line-height:1.5; font-variant-numeric:tabular-nums; max-width:800px;
  margin:0 auto; padding:48px 32px 64px; }
h1, h2, p, dt, dd, figcaption, td:first-child { overflow-wrap:anywhere; }
h1 { font-size:22px; line-height:1.25; font-weight:650; letter-spacing:-.01em; }
h2 { font-size:13px; font-weight:600; margin:0 0 10px; }
.top { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); align-items:baseline; gap:24px;
  padding-bottom:14px; border-bottom:1px solid var(--hair); }
.top p, .soft, figcaption, footer { color:var(--soft); font-size:13px; }
.top p { text-align:right; }
section, article { margin-top:36px; }
article + article { border-top:1px solid var(--hair); padding-top:32px; }
.nd { color:var(--soft); font-size:13px; font-weight:600; margin-bottom:6px; }
.verdict { display:grid; grid-template-columns:minmax(0,5fr) minmax(0,6fr); gap:8px 36px;
  align-items:end; }
.verdict .word { font-size:60px; line-height:1; font-weight:700; letter-spacing:-.03em; }
.verdict .word.long { font-size:38px; letter-spacing:-.02em; }
.verdict .number { font-size:24px; font-weight:500; margin-top:12px; letter-spacing:-.01em; }
.verdict .number small { display:block; margin-top:4px; line-height:1.3; font-size:14px;
  color:var(--soft); font-weight:400; letter-spacing:0; }
.is-set { color:var(--set); } .is-adjust { color:var(--adjust); } .is-unsure { color:var(--unsure); }
.is-tracking, .is-not-front-focus { color:var(--bad); }
.reason { margin-top:20px; max-width:66ch; }
.advice { margin-top:6px; max-width:66ch; font-weight:600; }
.todo { display:flex; flex-wrap:wrap; gap:12px 28px; margin-top:22px; padding:16px 0; border:solid
  var(--hair); border-width:1px 0; }
.todo dt { color:var(--soft); font-size:13px; }
.todo dd { font-size:18px; font-weight:600; letter-spacing:-.01em; line-height:1.3; }
.todo dd small { font-size:13px; font-weight:400; letter-spacing:0; }
.split { position:relative; max-width:100%; overflow:hidden; border-radius:8px;
  background:#000; --at:50%; }
.split img { display:block; width:100%; height:auto; image-rendering:pixelated; }
.split .shrunk { position:absolute; inset:0; clip-path:inset(0 calc(100% - var(--at)) 0 0); }
.split .bar { position:absolute; top:0; bottom:0; left:var(--at); width:2px; margin-left:-1px;
  background:#fff; box-shadow:0 0 0 1px rgb(0 0 0 / .4); }
.split .bar::after { content:""; position:absolute; top:50%; left:50%; width:34px; height:34px;
  margin:-17px; border-radius:50%; background:#fff; box-shadow:0 1px 6px rgb(0 0 0 / .45); }
.split .bar::before { content:""; position:absolute; z-index:1; top:50%; left:50%; width:10px; height:10px;
  margin:-5px; border:solid #15181d; border-width:0 2px; }
.split input { position:absolute; opacity:0; top:50%; left:50%; margin:0; }
.split label { position:absolute; z-index:2; top:0; bottom:0; cursor:ew-resize; }
.split:has(:focus-visible) { outline:3px solid var(--data); outline-offset:3px; }
.split b { position:absolute; top:12px; padding:3px 10px; border-radius:999px; font-size:13px;
  font-weight:600; line-height:1.4; color:#fff; background:rgb(0 0 0 / .62); }
.split .left { left:12px; } .split .right { right:12px; }
@media (prefers-reduced-motion:no-preference) { .split .shrunk { transition:clip-path .12s linear; }
  .split .bar { transition:left .12s linear; } }
.object figcaption { display:flex; gap:6px 24px; align-items:baseline; margin-top:12px; }
.object figcaption .number { flex:none; font-size:24px; font-weight:600; letter-spacing:-.01em;
  line-height:1.2; color:var(--ink); white-space:nowrap; }
.object .pair { margin-top:24px; align-items:start; }
.object .pair svg { border-radius:6px; overflow:hidden; }
.pair { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:24px 28px; }
figure { break-inside:avoid; }
figcaption { margin-top:6px; }
figcaption::first-letter { text-transform:uppercase; }
svg { display:block; width:100%; height:auto; overflow:visible; }
.stars { display:grid; grid-template-columns:repeat(4,minmax(0,1fr)); gap:16px; }
.stars img { display:block; width:100%; aspect-ratio:1; object-fit:contain; background:#000; }
table { border-collapse:collapse; width:100%; font-size:14px; }
th { text-align:left; font-weight:400; color:var(--soft); font-size:13px; }
th, td { padding:7px 20px 7px 0; border-bottom:1px solid var(--hair); vertical-align:baseline; }
td.n, th.n { text-align:right; white-space:nowrap; }
.settings { columns:2; column-gap:36px; font-size:14px; }
.settings div { display:grid; grid-template-columns:minmax(0,1fr) minmax(0,2fr); gap:12px; padding:6px 0;
  border-bottom:1px solid var(--hair); break-inside:avoid; }
.settings dt { color:var(--soft); font-size:13px; }
footer { margin-top:40px; display:flex; justify-content:space-between; gap:24px; }
@media (max-width:640px) { body { padding:24px 18px 40px; } .settings { columns:1; }
  .verdict, .pair { grid-template-columns:minmax(0,1fr); }
  .stars { grid-template-columns:repeat(2,minmax(0,1fr)); } .verdict .word { font-size:48px; }
  .broad svg text { font-size:19px; } .object figcaption { display:block; }
  .top { display:block; } .top p { text-align:left; margin-top:4px; }
  th, td { padding-right:10px; } .depth { display:none; } }
"""

_SHEET = """
@page { size:A4; margin:13mm 15mm 17mm;
  @bottom-left { content:string(title); width:75%; white-space:nowrap; overflow:hidden;
    text-overflow:ellipsis; color:#565e69; font-size:9px; }
  @bottom-right { content:"Page " counter(page) " of " counter(pages); color:#565e69; font-size:9px; } }
@media print { h1 { string-set:title content(); font-size:19px; }
  body { padding:0; max-width:none; font-size:12.5px; } section { margin-top:18px; }
  article { margin-top:22px; } .verdict .word { font-size:50px; } .todo { margin-top:14px; padding:10px 0; }
  .todo dd { font-size:16px; } h2 { margin-bottom:6px; break-after:avoid; }
  .reason { margin-top:12px; } figcaption, .soft, footer, .top p, .todo dt, .settings dt { font-size:11px; }
  section, .todo, .stars, .verdict, tr { break-inside:avoid; } footer { margin-top:20px; }
  section:has(table), section:has(figure:nth-of-type(7)) { break-inside:auto; }
  .split { display:grid; grid-template-columns:1fr 1fr; gap:6px 10px; width:auto !important;
    border-radius:0; background:none; overflow:visible; }
  .split .shrunk { position:static; clip-path:none; grid-area:1/1; } .split .filmed { grid-area:1/2; }
  .split input, .split label, .split .bar, .on-screen { display:none; }
  .split b { position:static; padding:0; background:none; color:var(--ink); font-size:11px; }
  .split .left { grid-area:2/1; } .split .right { grid-area:2/2; }
  .object figcaption .number { font-size:18px; } .object .pair { margin-top:12px; }
  .settings { font-size:12px; } .settings div { padding:4px 0; }
  article + article { break-inside:avoid; }
  article + article:has(figure), article:has(figure) + article { break-before:page; break-inside:auto;
    border:0; padding:0; } }
"""

STYLE = f"""
:root {{{colours(0)}}}
@media (prefers-color-scheme: dark) {{ :root {{{colours(1)}}} }}
@media print {{ :root {{{colours(0)}}} }}
body {{ font-family:{FONT}; }}
@page {{ font-family:{FONT}; }}
{mark_rules()}{_SCREEN}{_SHEET}"""
