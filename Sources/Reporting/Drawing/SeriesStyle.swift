// SPDX-License-Identifier: Apache-2.0

/// The style of a drawn series: on the page it takes the page's colours, in a file its own.
enum SeriesStyle {
  /// Rules of the page's style sheet.
  static let page = """
    .series{width:100%;height:auto}
    .series text{fill:var(--ink);font:13px system-ui,"Noto Sans","DejaVu Sans",sans-serif}
    .series .name{font-weight:600}.series .end{text-anchor:end}.series .middle{text-anchor:middle}
    .series .axis{fill:none;stroke:var(--ink);stroke-width:1}
    .series .grid{fill:none;stroke:var(--line);stroke-width:.6;stroke-dasharray:2 4}
    .series .range{fill:var(--bar);fill-opacity:.28}
    .series .values{fill:none;stroke:var(--ink);stroke-width:1.3;stroke-linecap:round;
    stroke-linejoin:round}
    .series .alarm,.series .alarm path,.series circle{fill:var(--bad)}
    .series .dashes{stroke:var(--bad);stroke-width:1;stroke-dasharray:4 3}
    """

  /// Of a file, which no page surrounds.
  static let file = """
    .series{\(PagePalette.light.variables)}
    @media(prefers-color-scheme:dark){.series{\(PagePalette.dark.variables)}}
    @media print{.series{\(PagePalette.print.variables)}}
    .series .ground{fill:var(--paper)}
    \(page)
    """
}
