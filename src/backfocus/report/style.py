"""How the report looks: on a screen in light and dark, and on an A4 sheet."""

STYLE = """
:root { --paper:#fff; --ink:#15181d; --soft:#626a75; --hair:#e4e7eb; --axis:#b4bbc4; --band:#dfeee4;
  --data:#0b57c2; --past:#8b939e; --set:#167a43; --adjust:#a85400; --bad:#b3261e; --unsure:#5a6472; }
@media (prefers-color-scheme: dark) { :root { --paper:#111418; --ink:#e9ecf0; --soft:#98a1ad;
  --hair:#272c33; --axis:#4a525d; --band:#173326; --data:#7db2ff; --past:#7f8894; --set:#5fd08f;
  --adjust:#f0a44b; --bad:#ff8a80; --unsure:#aab3bf; } }
@media print { :root { --paper:#fff; --ink:#15181d; --soft:#555d68; --hair:#e4e7eb; --axis:#b4bbc4;
  --band:#dfeee4; --data:#0b57c2; --past:#8b939e; --set:#167a43; --adjust:#a85400; --bad:#b3261e;
  --unsure:#5a6472; } }
* { box-sizing:border-box; margin:0; }
html { background:var(--paper); color:var(--ink); -webkit-print-color-adjust:exact;
  print-color-adjust:exact; }
body { font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  font-variant-numeric:tabular-nums; max-width:800px; margin:0 auto; padding:48px 32px 64px; }
h1, h2, p, dd, figcaption { overflow-wrap:anywhere; } td { overflow-wrap:break-word; }
h1 { font-size:22px; line-height:1.25; font-weight:650; letter-spacing:-.01em; }
h2 { font-size:13px; font-weight:600; margin:0 0 10px; }
.top { display:flex; justify-content:space-between; align-items:baseline; gap:24px; padding-bottom:14px;
  border-bottom:1px solid var(--hair); }
.top p, .soft, figcaption, footer { color:var(--soft); font-size:13px; }
.top p { text-align:right; flex:none; max-width:45%; }
section, article { margin-top:36px; }
article + article { border-top:1px solid var(--hair); padding-top:32px; }
.nd { color:var(--soft); font-size:13px; font-weight:600; margin-bottom:6px; }
.verdict { display:grid; grid-template-columns:minmax(0,5fr) minmax(0,6fr); gap:8px 36px;
  align-items:end; }
.verdict .word { font-size:60px; line-height:1; font-weight:700; letter-spacing:-.03em; }
.verdict .word.long { font-size:38px; letter-spacing:-.02em; }
.verdict .number { font-size:24px; font-weight:500; margin-top:12px; letter-spacing:-.01em; }
.verdict .number small { font-size:14px; color:var(--soft); font-weight:400; letter-spacing:0; }
.is-set { color:var(--set); } .is-adjust { color:var(--adjust); } .is-unsure { color:var(--unsure); }
.is-tracking, .is-not-front-focus { color:var(--bad); }
.reason { margin-top:20px; max-width:66ch; }
.advice { margin-top:6px; max-width:66ch; font-weight:600; }
.todo { display:flex; flex-wrap:wrap; gap:12px 28px; margin-top:22px; padding:16px 0; border:solid
  var(--hair); border-width:1px 0; }
.todo dt { color:var(--soft); font-size:13px; }
.todo dd { font-size:18px; font-weight:600; letter-spacing:-.01em; line-height:1.3; }
.todo dd small { font-size:13px; font-weight:400; letter-spacing:0; }
.pair { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:24px 28px; }
figure { break-inside:avoid; }
figcaption { margin-top:6px; }
figcaption::first-letter, .settings dt::first-letter { text-transform:uppercase; }
svg { display:block; width:100%; height:auto; overflow:visible; }
svg text { font-size:12px; fill:var(--ink); }
svg text.tick { fill:var(--soft); }
svg .grid { stroke:var(--hair); } svg .zero, svg .axis { stroke:var(--axis); }
svg .band { fill:var(--band); }
svg .after-line { fill:none; stroke:var(--data); stroke-width:2; stroke-linejoin:round;
  stroke-linecap:round; }
svg .before-line { fill:none; stroke:var(--past); stroke-width:1.5; stroke-dasharray:5 4; }
svg .after { fill:var(--data); } svg .before { fill:var(--paper); stroke:var(--past); stroke-width:1.5; }
svg .after-bar { stroke:var(--data); stroke-width:1.5; } svg .before-bar { stroke:var(--past); }
svg .after-name { fill:var(--data); font-weight:600; } svg .before-name { fill:var(--soft); }
svg .interval { stroke:var(--data); stroke-width:4; stroke-linecap:round; opacity:.45; }
svg .beyond { fill:none; stroke:var(--past); stroke-width:1.5; }
.stars { display:grid; grid-template-columns:repeat(4,minmax(0,1fr)); gap:16px; }
.stars img { display:block; width:100%; aspect-ratio:1; object-fit:contain; background:#000; }
table { border-collapse:collapse; width:100%; font-size:14px; }
th { text-align:left; font-weight:400; color:var(--soft); font-size:13px; }
th, td { padding:7px 20px 7px 0; border-bottom:1px solid var(--hair); vertical-align:baseline; }
td.n, th.n { text-align:right; white-space:nowrap; }
.settings { columns:2; column-gap:36px; font-size:14px; }
.settings div { display:grid; grid-template-columns:9em minmax(0,1fr); gap:12px; padding:6px 0;
  border-bottom:1px solid var(--hair); break-inside:avoid; }
.settings dt { color:var(--soft); font-size:13px; }
footer { margin-top:40px; display:flex; justify-content:space-between; gap:24px; }
@media (max-width:640px) { body { padding:24px 18px 40px; } .settings { columns:1; }
  .verdict, .pair { grid-template-columns:minmax(0,1fr); }
  .stars { grid-template-columns:repeat(2,minmax(0,1fr)); } .verdict .word { font-size:48px; }
  .pair svg text { font-size:10px; } .broad svg text { font-size:15px; }
  .top { display:block; } .top p { text-align:left; max-width:none; margin-top:4px; }
  th, td { padding-right:10px; } .depth { display:none; } }
@page { size:A4; margin:13mm 15mm; }
@media print { body { padding:0; max-width:none; font-size:12.5px; } section { margin-top:18px; }
  article { margin-top:22px; } .verdict .word { font-size:50px; } .todo { margin-top:14px; padding:10px 0; }
  .todo dd { font-size:16px; } h2 { margin-bottom:6px; break-after:avoid; }
  .reason { margin-top:12px; } figcaption, .soft, footer, .top p, .todo dt { font-size:11px; }
  section, .todo, .stars, .verdict { break-inside:avoid; } footer { margin-top:20px; }
  .settings { font-size:12px; } .settings div { padding:4px 0; }
  article + article { break-before:page; border:0; padding:0; } }
"""
