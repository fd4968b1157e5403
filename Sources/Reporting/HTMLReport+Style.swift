// SPDX-License-Identifier: Apache-2.0

extension HTMLReport {
  /// Colours differ in lightness as well, so that a grey print still tells up from down.
  static let style = """
    :root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#bbb;--band:#eef2f5;
    --bad:#a3121f}
    @media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16181b;--line:#555;
    --band:#23282d;--bad:#ff8a8a}}
    *{box-sizing:border-box}
    body{font:14px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
    color:var(--ink);background:var(--paper);margin:1.5rem auto;max-width:80rem;padding:0 1rem}
    h1{font-size:1.4rem;margin:0 0 .6rem}h2{font-size:1.1rem;margin:1.4rem 0 .3rem;
    break-after:avoid}
    dl.head{margin:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(21rem,1fr));
    gap:0 2rem}dl.head div{display:flex;flex-wrap:wrap;gap:0 .5em}
    dl.head dt::after{content:":"}dl.head dd{margin:0;font-weight:600}
    .note{margin:.3rem 0;font-style:italic}
    .legend{margin:.8rem 0 .4rem;font-size:.9em}.legend span{white-space:nowrap;
    margin-right:.8em}
    .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}table.small{width:auto}
    th,td{border-bottom:1px solid var(--line);padding:.25rem .4rem;text-align:left;
    vertical-align:top;font-weight:normal}
    thead th{font-weight:600;vertical-align:bottom;line-height:1.25;font-size:.93em}
    th.n,td.n{text-align:right}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
    td.w{white-space:nowrap}td span{display:inline-block}td small{display:block}
    .devices thead th:nth-child(n+4){width:6.3%}
    .devices thead th:nth-child(2){width:20%}b.missed{color:var(--bad)}
    tr.unit th{font-weight:600;background:var(--band);font-size:1.05em}
    tr.device th,tr.device td{border-bottom:0}tr.device th{font-weight:600}
    tr.more td{padding-top:0}
    .usage{margin:.2rem 0;font-size:.9em}.usage span{display:inline-block;
    margin-right:.9em}
    svg{display:block;width:100%;height:12px}
    svg.key{display:inline;width:10px;height:10px}
    tbody,tr,.whole{break-inside:avoid}.alerts tbody{break-inside:auto}
    .alerts{margin-bottom:.8rem}.alerts td:nth-child(1),.alerts td:nth-child(2){white-space:nowrap}
    .up{fill:#3a9a5b}.maintenance{fill:#5b8dd6}.unobserved{fill:#b9b9b9}.excluded{fill:#e6e6e6}
    .noLink{fill:#e08a1e}.off{fill:#8c1d2f}.unknown{fill:#d23b3b}
    .signatures{display:grid;grid-template-columns:1fr 1fr;text-align:center;margin-top:2rem;
    min-height:11rem;grid-template-rows:auto 1fr}
    .signatures .date{grid-column:2;margin:0 0 .4rem;font-style:italic}
    .signatures div:first-of-type{grid-column:1}
    \(phone)
    \(paper)
    """

  /// Thirteen columns do not fit a phone: each device becomes a card, a line for each figure.
  private static let phone = """
    @media screen and (max-width:48rem){
    body{font-size:16px;margin:1rem auto}
    table.devices,.devices tbody,.devices tr,.devices th,.devices td{display:block;
    width:auto}
    .devices thead{display:none}
    .devices tbody{border:1px solid var(--line);border-radius:6px;margin:0 0 .8rem;
    padding:.2rem .3rem;overflow:hidden}
    .devices tr.unit th{margin:-.2rem -.3rem .2rem;border:0}
    .devices tr.device td{display:flex;justify-content:space-between;gap:1em;
    padding:.15rem .4rem;text-align:right;white-space:normal}
    .devices tr.device td::before{content:attr(data-label);text-align:left}
    .devices tr.device td:first-child,.devices td.under{display:none}
    .devices tr.device th{font-size:1.1em}
    .devices tr.more td{border:0;padding-top:.3rem}
    table.alerts,.alerts tbody,.alerts tr,.alerts td{display:block;width:auto}
    .alerts thead{display:none}
    .alerts tr{border:1px solid var(--line);border-radius:6px;margin:0 0 .6rem;padding:.3rem}
    .alerts td{border:0;padding:.1rem .3rem;text-align:left}
    .alerts td::before{content:attr(data-label) ": ";font-weight:600}
    .usage span{display:block;margin:0}td small{white-space:nowrap}
    dl.head{display:block}.signatures{gap:1rem}.signatures .date{grid-column:1/-1}
    }
    """

  private static let paper = """
    @page{size:A4 landscape;margin:12mm;
    @bottom-right{content:counter(page) "/" counter(pages);font:8pt sans-serif}}
    @media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--line:#999;--band:#eee;
    --bad:#000}
    body{font-size:9pt;line-height:1.25;margin:0;max-width:none;padding:0}
    th,td{padding:.15rem .35rem}.usage{margin:.1rem 0}.legend{margin:.4rem 0 .2rem}
    .devices svg:not(.key){height:8px}
    thead{display:table-header-group}.wide{overflow:visible}
    rect,tr.unit th{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """
}
