extension HTML {
  static let style = """

    :root { color-scheme: light dark; --ink: #1c2430; --muted: #5b6675; --page: #ffffff; --line: #dfe4ea; \
    --shade: #f3f5f8; --best: #0b6b3a; --gap: #9a3c00; --link: #0b5cad; --bad: #b3261e; --mark: #fff0b8; --wrong: #fdecea; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --muted: #9aa5b4; --page: #14181e; --line: #2d3540; \
    --shade: #1d242d; --best: #5fd39a; --gap: #ffab6b; --link: #7db8ff; --bad: #ff8a80; --mark: #5a4a00; --wrong: #3a1f1d; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", \
    Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
    header, main { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
    main { padding-bottom: 80px; }
    .skip { position: absolute; left: -9999px; } .skip:focus { position: static; }
    h1 { font-size: 25px; margin: 18px 0 6px; } h2 { font-size: 18px; margin: 28px 0 8px; }
    a { color: var(--link); } code { font-size: 0.93em; }
    .verdict code { display: inline-block; max-width: 100%; }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
    .verdict { padding-left: 20px; margin: 8px 0 14px; } .verdict li { margin: 4px 0; } .verdict li:first-child { font-size: 17px; }
    .status { list-style: none; padding: 0; margin: 14px 0; display: flex; flex-wrap: wrap; gap: 8px; }
    .status li { border: 1px solid var(--line); border-left: 4px solid var(--best); border-radius: 4px; padding: 3px 10px; }
    .status li.notice { border-left-color: var(--gap); } .status li.bad { border-left-color: var(--bad); }
    .status li.bad strong { color: var(--bad); } .status span { color: var(--muted); } .status a { color: inherit; text-underline-offset: 3px; }
    .scroll { overflow-x: auto; margin: 12px 0 4px; max-width: 100%; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 4px 0; }
    caption > span { display: inline-block; position: sticky; left: 0; max-width: min(1080px, calc(100vw - 40px)); }
    th, td { padding: 4px 9px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
    thead th { background: var(--shade); white-space: nowrap; } thead th small { display: block; font-weight: normal; color: var(--muted); }
    .groups th { text-align: left; border-left: 2px solid var(--page); white-space: normal; } .groups td { border: 0; position: sticky; left: 0; background: var(--page); z-index: 1; }
    .first { border-left: 2px solid var(--line); }
    thead button { all: unset; cursor: pointer; font: inherit; font-weight: 600; }
    thead button:focus-visible { outline: 3px solid var(--link); }
    thead button::after { content: " \\2195"; color: var(--muted); font-weight: normal; }
    th[aria-sort="ascending"] button::after { content: " \\2191"; color: var(--ink); }
    th[aria-sort="descending"] button::after { content: " \\2193"; color: var(--ink); }
    tbody th { font-weight: normal; white-space: nowrap; }
    tr > th:first-child { position: sticky; left: 0; background: var(--page); z-index: 1; } .heads th:first-child { background: var(--shade); }
    .matrix th, .matrix td { padding: 3px 8px; }
    .number { text-align: right; white-space: nowrap; }
    td small { display: block; color: var(--muted); font-size: 11.5px; line-height: 1.35; white-space: nowrap; }
    .matrix .heads th { position: relative; } .matrix .heads th:first-child { position: sticky; }
    .matrix .heads th + th button::after { position: absolute; right: 1px; top: 6px; font-size: 9px; }
    .scroll.more { mask-image: linear-gradient(to right, #000 calc(100% - 32px), #0003); }
    td a { color: inherit; text-decoration: underline dotted; text-underline-offset: 3px; }
    td.best a, td.best span { font-weight: 700; color: var(--best); } td.gap span, td.gap a, td.gap small { color: var(--gap); }
    .note { color: var(--muted); font-size: 13px; margin: 2px 0 14px; }
    .copy { font-size: 12.5px; color: var(--muted); margin: 0 0 12px; }
    button, select, input { font: inherit; color: inherit; background: var(--shade); border: 1px solid var(--muted); border-radius: 4px; padding: 2px 8px; max-width: 100%; }
    button { cursor: pointer; } button:disabled { color: var(--muted); border-color: var(--line); cursor: default; }
    .copy button { padding: 0 6px; font-size: 12.5px; }
    figure { margin: 14px 0; } figure svg { display: block; width: 100%; max-width: var(--w); height: auto; }
    figure.large svg { width: var(--w); max-width: none; } .enlarge { display: none; margin-left: 8px; }
    p.go { display: flex; flex-wrap: wrap; gap: 2px 20px; }
    figcaption { color: var(--muted); font-size: 13px; }
    pre { background: var(--shade); padding: 10px; overflow-x: auto; white-space: pre-wrap; margin: 4px 0; }
    details.fold { border-top: 1px solid var(--line); } details.fold > summary { cursor: pointer; padding: 6px 0; }
    details.fold > summary h2 { display: inline; font-size: 16px; }
    fieldset { border: 1px solid var(--line); border-radius: 4px; padding: 4px 10px 8px; margin: 10px 0; display: flex; flex-wrap: wrap; gap: 4px 14px; }
    fieldset label, .filters label { white-space: nowrap; } legend { color: var(--muted); font-size: 13px; }
    .filters { display: flex; flex-wrap: wrap; gap: 8px 12px; margin: 8px 0; } .filters label { display: flex; flex-direction: column; font-size: 12.5px; color: var(--muted); max-width: 100%; }
    .filters select, .filters input { color: var(--ink); font-size: 14px; }
    #browser tbody tr { cursor: pointer; } #browser tr[aria-current] > * { background: var(--mark); }
    #browser td.output { max-width: 260px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .right { color: var(--best); } .wrong { color: var(--bad); } #browser tr[aria-current] td { color: var(--ink); }
    mark { background: var(--mark); color: var(--ink); padding: 0 2px; border-radius: 2px; }
    .gap-text { color: var(--muted); font-style: italic; }
    #sample.open { min-height: 100vh; }
    .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 14px; } .sides > div { min-width: 0; }
    .strip { display: flex; height: 26px; border: 1px solid var(--line); } .strip i { flex: 1; }
    .moves { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0; }
    .facts { color: var(--muted); font-size: 13px; margin: 2px 0; }
    @media (max-width: 560px) { .enlarge { display: inline-block; } header, main { padding: 0 12px; } th, td, .matrix th, .matrix td { padding: 3px 5px; } \
    tbody th code { font-size: 11px; } }
    @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
    @media print { .copy, .go, #samples, fieldset { display: none; } .scroll { overflow: visible; } .scroll.more { mask-image: none; } \
    body { font-size: 11px; } header, main { max-width: none; padding: 0; } h1 { font-size: 19px; } h2 { font-size: 14px; } \
    .verdict li:first-child { font-size: 12.5px; } table { font-size: 9.5px; } td small { font-size: 8.5px; } \
    th, td, .matrix th, .matrix td { padding: 2px 5px; } thead button::after { content: "" !important; } \
    tr > th:first-child { position: static; } .note, figcaption { font-size: 9.5px; } figure svg { max-width: min(100%, 480px, var(--w)); } tr, figure, .status { break-inside: avoid; } }

    """
}
