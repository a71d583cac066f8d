/// The one style sheet of all pages: it stands in each of them, so that a page is a single file.
enum Stylesheet {
  static let markup = Markup(trusted: colors + layout + tables + charts + media)

  /// Contrast on the background: text at least 4.5 to 1, graphics 3 to 1, in both schemes.
  private static let colors = """
    :root{color-scheme:light dark;--paper:#fff;--raised:#f6f7f8;--ink:#16191d;--soft:#555f69;--line:#dde1e5;--strong:#16191d;
    --up:#005A8F;--down:#B34700;--ok:#17663a;--warning:#8a5a00;--bad:#a8121d;--ok-wash:#eef7f1;--warning-wash:#fdf5e4;--bad-wash:#fdefef;
    --l1:#5b3fa0;--l2:#0b7a75;--l3:#8a5a00;--l4:#96306f;--link:#005A8F}
    @media (prefers-color-scheme:dark){:root{--paper:#111417;--raised:#191d21;--ink:#e7eaed;--soft:#9da7b0;--line:#2b3137;--strong:#c9d0d6;
    --up:#56B4E9;--down:#E69F00;--ok:#63c98f;--warning:#e8b64c;--bad:#ff8a85;--ok-wash:#12231a;--warning-wash:#272013;--bad-wash:#2a1616;
    --l1:#b7a3f5;--l2:#5fd0c8;--l3:#e8c26a;--l4:#f09acb;--link:#7cc4f0}}

    """

  private static let layout = """
    *{box-sizing:border-box}
    html{font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;background:var(--paper);color:var(--ink);
    -webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:1160px;padding:0 24px 48px;font-variant-numeric:tabular-nums}
    a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
    a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--paper);padding:4px 8px;z-index:1}
    .masthead{display:flex;justify-content:space-between;gap:16px;flex-wrap:wrap;padding:10px 0;border-bottom:1px solid var(--line);font-size:13px;color:var(--soft)}
    .masthead ul{display:flex;gap:4px 16px;flex-wrap:wrap;list-style:none;margin:0;padding:0}
    .masthead a{text-decoration:none}.masthead a:hover{text-decoration:underline}
    h1{font-size:22px;line-height:1.2;margin:18px 0 12px;font-weight:650;letter-spacing:-.01em}
    h1 .soft{font-weight:400;color:var(--soft)}
    h2{font-size:15px;margin:0 0 8px;font-weight:650}
    h2 .count{font-weight:400;color:var(--soft);margin-left:6px}
    h3{font-size:13px;margin:0 0 4px;font-weight:650}
    p{margin:0 0 8px}ul{margin:0}
    .note,.empty{color:var(--soft);font-size:13px}
    section{border-top:2px solid var(--strong);padding-top:8px;margin-top:26px}
    .verdict{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:4px 32px;border-left:5px solid;padding:12px 18px;border-radius:2px}
    .verdict.ok{border-color:var(--ok);background:var(--ok-wash)}.verdict.warning{border-color:var(--warning);background:var(--warning-wash)}
    .verdict.bad{border-color:var(--bad);background:var(--bad-wash)}
    .verdict .word{grid-column:1/-1;font-size:20px;font-weight:700;margin:0}
    .verdict.single{grid-template-columns:minmax(0,1fr)}
    .verdict ul{padding-left:18px}.verdict.ok .word{color:var(--ok)}.verdict.warning .word{color:var(--warning)}.verdict.bad .word{color:var(--bad)}
    .facts{display:flex;flex-wrap:wrap;justify-content:space-between;margin:14px 0 0;border-bottom:1px solid var(--line);padding-bottom:10px;gap:8px 24px}
    .facts dt{color:var(--soft);font-size:12px}.facts dd{margin:0;font-size:17px;font-weight:600;line-height:1.3}
    .facts dd.missing{font-weight:400;font-size:14px;line-height:22px}
    .groups{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:14px 32px}
    .groups ul{list-style:none;padding:0}.groups li{padding:2px 0;font-size:13px}
    .failure{border:1px solid var(--bad);border-left-width:5px;background:var(--bad-wash);padding:8px 14px;border-radius:2px}
    .failure strong{color:var(--bad)}
    details{margin-top:8px}summary{cursor:pointer;color:var(--link);font-size:13px;padding:2px 0}
    .pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 32px}
    footer{margin-top:32px;border-top:1px solid var(--line);padding-top:10px;font-size:12px;color:var(--soft)}footer ul{padding-left:16px}
    .files{display:flex;gap:4px 16px;flex-wrap:wrap;list-style:none;padding:0}

    """

  private static let tables = """
    .scroll{overflow-x:auto;margin:0 0 6px}
    table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.35}
    caption.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    caption.shown{text-align:left;font-weight:650;padding-bottom:3px}
    th,td{padding:4px 10px 4px 0;vertical-align:baseline;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
    th:last-child,td:last-child{padding-right:0}
    thead th{font-weight:500;color:var(--soft);font-size:12px;border-bottom-color:var(--strong);vertical-align:bottom}
    tbody th{text-align:left;font-weight:400}tbody th a{font-weight:600}.t{text-align:left}
    table.narrow{width:auto;min-width:min(100%,520px)}
    td.wide{white-space:normal;min-width:220px;width:60%}
    tbody tr:hover{background:var(--raised)}
    .up{color:var(--up)}.down{color:var(--down)}.missing{color:var(--soft);font-style:italic;font-weight:400}
    .state.ok,.ok>.shape{color:var(--ok)}.state.warning,.warning>.shape{color:var(--warning)}.state.bad,.bad>.shape{color:var(--bad)}
    .new{font-size:11px;font-weight:650;border:1px solid var(--ink);border-radius:2px;padding:0 4px;margin-left:6px}
    .quiet{color:var(--soft)}

    """

  private static let charts = """
    figure{margin:0 0 10px}figcaption{font-size:13px;margin-bottom:2px}figcaption .quiet{font-size:12px}
    .sheet{overflow-x:auto;direction:rtl}.sheet>svg{direction:ltr;min-width:640px}
    svg.chart{display:block;height:auto;font-size:11px}
    svg text{fill:var(--soft)}svg .major{fill:var(--ink);font-weight:600}
    svg .grid{stroke:var(--line);fill:none}svg .axis{stroke:var(--soft);fill:none}svg .rule{stroke:var(--soft);stroke-dasharray:3 3;fill:none}
    svg path,svg rect{vector-effect:non-scaling-stroke}
    svg .band{fill:var(--raised)}
    svg .wick{fill:none;stroke-width:1}svg .wick.up{stroke:var(--up)}svg .wick.down{stroke:var(--down)}
    svg .body{shape-rendering:geometricPrecision}svg .body.up{fill:var(--paper);stroke:var(--up)}svg .body.down{fill:var(--down);stroke:var(--down)}
    svg .column.up{fill:none;stroke:var(--up);stroke-width:.8}svg .column.down{fill:var(--down);fill-opacity:.75}
    svg .line{fill:none;stroke:var(--ink);stroke-width:1.4;stroke-linejoin:round}
    svg .line.l1{stroke:var(--l1)}svg .line.l2{stroke:var(--l2);stroke-dasharray:6 2}svg .line.l3{stroke:var(--l3);stroke-dasharray:2 2}svg .line.l4{stroke:var(--l4);stroke-dasharray:8 3 2 3}
    svg .area{fill:var(--l2);fill-opacity:.14}
    svg .name.l1{fill:var(--l1)}svg .name.l2{fill:var(--l2)}svg .name.l3{fill:var(--l3)}svg .name.l4{fill:var(--l4)}
    svg .tag.up path{fill:var(--up)}svg .tag.down path{fill:var(--down)}svg .tag text{fill:var(--paper);font-weight:600}
    svg .mark{stroke:var(--paper);stroke-width:1}svg .mark.up path{fill:var(--up)}svg .mark.down path{fill:var(--down)}
    svg .gap path{stroke:var(--bad);stroke-dasharray:2 3;fill:none}svg .gap text{fill:var(--bad)}
    svg .readings rect{fill:var(--ink);fill-opacity:0}svg .readings rect:hover{fill-opacity:.08}
    svg .label{fill:var(--ink);font-size:12px}svg .label.critical{font-weight:650}svg .figure{fill:var(--soft)}
    svg .bar{fill:var(--soft)}.sheet>svg.bars{max-width:440px;min-width:0;margin:0 auto 0 0}
    svg .span{fill:none;stroke:var(--soft);stroke-width:1}svg .task{fill:var(--up);fill-opacity:.55}svg .task.critical{fill-opacity:1}svg .task.failed{fill:var(--bad);fill-opacity:1}
    svg .task.skipped,svg .task.cancelled,svg .task.waiting{fill:none;stroke:var(--soft);stroke-dasharray:2 2}svg .task.retrying{fill:var(--warning);fill-opacity:1}
    svg.spark{display:inline-block;vertical-align:middle;overflow:visible}svg.spark .line{stroke:var(--soft);stroke-width:1.2}
    svg.spark .low{fill:var(--down)}svg.spark .high{fill:var(--up)}svg.spark .last{fill:var(--ink)}

    """

  private static let media = """
    @media (max-width:680px){body{padding:0 14px 32px}.verdict,.pair{grid-template-columns:minmax(0,1fr)}.verdict{padding:10px 12px}
    .facts{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:6px 12px}.facts dd{font-size:15px}h1{font-size:19px;margin:12px 0 8px}
    .groups{grid-template-columns:minmax(0,1fr)}td.wide{min-width:560px}th,td{padding-right:7px}table{font-size:12px}}
    @media (prefers-reduced-motion:reduce){*{transition:none}}
    @page{size:A4;margin:14mm 12mm}
    @media print{:root{color-scheme:light;--paper:#fff;--raised:#f6f7f8;--ink:#000;--soft:#444;--line:#ccc;--strong:#000;--up:#005A8F;--down:#B34700;
    --ok:#17663a;--warning:#8a5a00;--bad:#a8121d;--ok-wash:#fff;--warning-wash:#fff;--bad-wash:#fff;--l1:#5b3fa0;--l2:#0b7a75;--l3:#8a5a00;--l4:#96306f;--link:#000}
    @page{margin:10mm}html{font-size:11px}body{padding:0;max-width:none}table{font-size:9.5px}.skip,.masthead{display:none}.scroll,.sheet{overflow:visible}
    figure,tr,.verdict,.facts,li{break-inside:avoid}h2,h3,caption{break-after:avoid}thead{display:table-header-group}
    details::details-content{content-visibility:visible;display:block;block-size:auto}summary{list-style:none;color:var(--soft)}a{text-decoration:none}
    td.wide{min-width:0}th,td{padding-right:5px}tr>:is(th,td):not(.wide){width:1px}}
    """
}
