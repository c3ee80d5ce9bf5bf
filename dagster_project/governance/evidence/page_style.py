"""How the evidence page looks, on a screen and on paper. Nothing is fetched: no font, no image, no script."""

# The state is always said in words as well; colour only helps the eye.
STYLE = """
:root { --ink: #1b2733; --soft: #55636f; --line: #cdd5dc; --band: #f3f6f8; --pass: #11643a; --fail: #a4161a;
  --open: #8a4b00; --built: #43507a; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem; border-bottom: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; display: flex; gap: 1rem; justify-content: space-between; }
h3 small, .soft { color: var(--soft); font-weight: 400; }
p { margin: .4rem 0; max-width: 60rem; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--band); font-size: .85rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .86em ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: .6rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
nav ol { columns: 2; padding-left: 1.3rem; margin: .4rem 0; }
a { color: #0b4f8a; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; padding: 0; list-style: none; }
.tiles li { flex: 1 1 9rem; border: 1px solid var(--line); border-top: 5px solid currentColor; padding: .6rem .9rem; }
.tiles b { display: block; font-size: 1.9rem; line-height: 1.15; font-variant-numeric: tabular-nums; }
.result { font-weight: 700; white-space: nowrap; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .open { color: var(--open); }
.built { color: var(--built); }
.note { border-left: 5px solid var(--open); background: #fdf6ec; padding: .5rem .9rem; margin: .8rem 0; }
.id { white-space: nowrap; font-weight: 600; }
.clauses td:nth-child(2) { width: 40%; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .6rem; color: var(--soft); }
@page { size: A4; margin: 16mm 13mm; }
@media (max-width: 46rem) { nav ol { columns: 1; } dl { grid-template-columns: 1fr; } body { padding: 1rem; }
  .wide { overflow-x: auto; } }
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav { display: none; } a { color: inherit; text-decoration: none; }
  h2, h3 { break-after: avoid; } tr, .tiles, .note, dl { break-inside: avoid; } thead { display: table-header-group; }
}
"""
