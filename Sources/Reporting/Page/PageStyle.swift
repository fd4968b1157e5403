// SPDX-License-Identifier: Apache-2.0

/// The style sheet of the page.
enum PageStyle {
  /// - Parameter phone: rules that only a narrow screen needs, one set for each table.
  static func sheet(phone tables: String) -> String {
    "\(screen)\n@media screen and (max-width:48rem){\n\(phone)\n\(tables)\n}\n\(paper)"
  }

  /// Colours differ in lightness as well, so that a grey print still tells up from down.
  private static let screen = """
    :root{color-scheme:light dark;\(PagePalette.light.variables)}
    @media(prefers-color-scheme:dark){:root{\(PagePalette.dark.variables)}}
    *{box-sizing:border-box}
    body{font:14px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
    color:var(--ink);background:var(--paper);margin:1.5rem auto;max-width:82rem;padding:0 1rem}
    .letterhead{display:grid;grid-template-columns:2fr 3fr;gap:0 1rem;text-align:center}
    .letterhead b,.letterhead .parent,.signed{display:block}.letterhead p{margin:.4rem 0 0}
    .rule{display:block;width:25%;margin:.15rem auto 0;border-top:1px solid var(--ink)}
    .rule.long{width:45%}
    h1{font-size:1.4rem;margin:1.4rem 0 .8rem;text-align:center;text-transform:uppercase}
    h2{font-size:1.15rem;margin:1.6rem 0 .4rem;break-after:avoid}
    dl.head{margin:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(21rem,1fr));
    gap:0 2rem}dl.head div{display:flex;flex-wrap:wrap;gap:0 .5em}
    dl.head dt::after{content:":"}dl.head dd{margin:0;font-weight:600}
    .note{margin:.3rem 0;font-style:italic}.provenance{font-size:.85em;margin:.2rem 0;
    overflow-wrap:anywhere}
    section{overflow-x:auto;padding-right:1px}
    table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}
    caption{text-align:left;font-weight:600;padding:.3rem 0;break-after:avoid}
    th,td{border:1px solid var(--line);padding:.25rem .4rem;text-align:left;
    vertical-align:top;font-weight:normal;overflow-wrap:break-word}
    thead th{font-weight:600;vertical-align:middle;text-align:center;line-height:1.25;
    font-size:.93em}
    td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    td.w{white-space:nowrap}td span{display:inline-block}td small{display:block}
    b.missed{color:var(--bad)}
    tr.group th,tr.group td{font-weight:600;background:var(--band)}
    tr.depth2 th,tr.depth2 td,tr.depth3 th,tr.depth3 td,tr.depth4 th,tr.depth4 td{
    background:none}
    tr,table.short,thead,figure.chart{break-inside:avoid}tr.group{break-after:avoid}
    thead,tbody tr:first-child{break-after:avoid}tbody tr:first-child{break-before:avoid}
    tbody tr:last-child{break-before:avoid}
    figure{margin:.8rem 0}figcaption{margin-bottom:.3rem}figcaption,.legend{break-after:avoid}
    .legend{margin:.2rem 0 .5rem;font-size:.9em}.legend span{white-space:nowrap;
    margin-right:.8em}
    svg{display:block}svg.key{display:inline;width:.8em;height:.8em}
    .strips,.bars{display:grid;gap:.25rem}
    .strips div,.bars div{display:grid;grid-template-columns:minmax(8rem,16rem) 1fr;gap:.6rem;
    align-items:center;break-inside:avoid}
    .bars div{grid-template-columns:minmax(8rem,16rem) 1fr minmax(6rem,auto)}
    .bars .n{text-align:right;font-variant-numeric:tabular-nums}
    .strips svg{width:100%;height:16px}.bars svg{width:100%;height:12px}
    .calendars{display:flex;flex-wrap:wrap;gap:.8rem 1.4rem}
    .calendars div{break-inside:avoid;max-width:11rem}.calendars span{display:block;
    font-size:.9em;margin-bottom:.15rem}
    \(PagePalette.fills)
    .excluded,.key rect{stroke:#888;stroke-width:.5;vector-effect:non-scaling-stroke}
    .none,.none rect{stroke:#888;stroke-dasharray:2}.bar{fill:var(--bar)}
    .calendars text{font:8px sans-serif;text-anchor:middle}
    \(SeriesStyle.page)
    .signatures{display:grid;grid-template-columns:1fr 1fr;text-align:center;margin-top:2rem;
    min-height:10rem;break-inside:avoid}.signed{margin-top:5.5rem}
    """

  /// Fourteen columns do not fit a phone: each row becomes a card, a line for each figure.
  private static let phone = """
    body{font-size:16px;margin:1rem auto}
    .letterhead{grid-template-columns:1fr;gap:.8rem}
    table,tbody,tr,th,td,caption{display:block;width:auto}thead,colgroup{display:none}
    tbody tr{border:1px solid var(--line);border-radius:6px;margin:0 0 .7rem;padding:.3rem}
    tbody th,td{border:0;padding:.12rem .3rem}
    tbody th{font-weight:600;font-size:1.05em}
    td{display:flex;justify-content:space-between;gap:1em;text-align:right;white-space:normal}
    td::before{text-align:left;opacity:.8}td:empty,th:empty{display:none}
    td.n,td.w{white-space:normal}td.u{font-size:1.1em;justify-content:start}
    td.u::before{content:none!important}
    dl.head{display:block}.signatures{gap:1rem}
    .strips div{grid-template-columns:1fr;gap:.1rem}.strips svg{height:22px}
    .bars div{grid-template-columns:1fr auto;gap:.1rem .6rem}.bars svg{grid-row:2;grid-column:1/3}
    """

  /// A4 and margins as Nghị định 30/2020/NĐ-CP says (top and bottom 20–25, left 30–35, right 15–20
  /// millimetres), pages numbered at the top but for the first; wide tables lie on their side.
  private static let paper = """
    @page{size:A4;margin:20mm 15mm 20mm 30mm;
    @top-center{content:counter(page);font:13pt "Times New Roman","Liberation Serif",serif}}
    @page:first{@top-center{content:none}}
    @page wide{size:A4 landscape;margin:20mm 15mm 20mm 30mm;
    @top-center{content:counter(page);font:13pt "Times New Roman","Liberation Serif",serif}}
    @media print{:root{color-scheme:light;\(PagePalette.print.variables)}
    body{font:13pt/1.25 "Times New Roman","Liberation Serif",serif;margin:0;max-width:none;
    padding:0}
    h1{font-size:14pt}h2{font-size:13pt}section{overflow:visible}section.wide{page:wide}
    table{font-size:11pt}.wide table{font-size:9.5pt;line-height:1.15}
    th,td{padding:.1rem .25rem}.wide th,.wide td{padding:.06rem .2rem}thead th{line-height:1.1}
    section:not(.wide) td.w{white-space:normal}
    thead{display:table-header-group}dl.head{grid-template-columns:1fr}
    figcaption,.legend,.strips,.bars,.calendars{font-size:10pt}
    .strips svg{height:13px}.strips{gap:.15rem}section .note{font-size:11pt}
    .strips div{grid-template-columns:5cm 1fr}.bars div{grid-template-columns:5cm 1fr 3.5cm}
    rect,path,tr.group th,tr.group td{print-color-adjust:exact;
    -webkit-print-color-adjust:exact}}
    """
}
