extension HTML {
  /// Sorting, copying, method check boxes: what a page without samples has, too.
  static let script = #"""

    "use strict";
    const make = (name, text, attributes = {}) => {
      const node = document.createElement(name);
      if (text !== undefined && text !== null) node.textContent = text;
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      return node;
    };
    const copyText = async text => {
      try { await navigator.clipboard.writeText(text); return true; } catch {}
      const area = make("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    };
    const sortRows = (table, head, cellOf) => {
      const column = head.cellIndex, descending = head.getAttribute("aria-sort") === "ascending";
      const rows = [...table.tBodies[0].rows].map(row => {
        const cell = row.cells[column];
        return { row, key: cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value) };
      });
      rows.sort((a, b) => {
        if (typeof a.key !== typeof b.key) return typeof a.key === "number" ? -1 : 1;
        const order = typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true });
        return descending ? -order : order;
      });
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      table.tBodies[0].append(...rows.map(item => item.row));
    };
    const cellText = cell => [...cell.childNodes].map(node => node.textContent.trim()).filter(Boolean).join(" ");
    const grid = table => {
      const groups = table.querySelector(".groups");
      const heads = [...table.querySelectorAll(".heads th")].map(cellText);
      if (groups) {
        let place = 1;
        for (const group of [...groups.cells].slice(1)) {
          for (let i = 0; i < group.colSpan; i++) heads[place + i] = group.textContent + ": " + heads[place + i];
          place += group.colSpan;
        }
      }
      return [heads, ...[...table.tBodies[0].rows].map(row => [...row.cells].map(cellText))];
    };
    const forms = {
      Markdown: rows => rows.map((row, i) => "| " + row.map(x => x.replaceAll("|", "\\|")).join(" | ") + " |"
        + (i ? "" : "\n|" + " --- |".repeat(row.length))).join("\n") + "\n",
      CSV: rows => rows.map(row => row.map(x => /[",\n]/.test(x) ? '"' + x.replaceAll('"', '""') + '"' : x).join(",")).join("\n") + "\n",
      LaTeX: rows => {
        const safe = x => x.replace(/[\\&%$#_{}~^]/g, c => ({ "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" })[c] || "\\" + c);
        const line = row => row.map(safe).join(" & ") + " \\\\";
        return "\\begin{tabular}{l" + "r".repeat(rows[0].length - 1) + "}\n\\toprule\n" + line(rows[0]) + "\n\\midrule\n"
          + rows.slice(1).map(line).join("\n") + "\n\\bottomrule\n\\end{tabular}\n";
      },
    };
    for (const table of document.querySelectorAll("main table")) {
      for (const head of table.querySelectorAll(".heads th")) {
        const button = make("button", null, { type: "button" });
        while (head.firstChild && head.firstChild.nodeName !== "SMALL") button.append(head.firstChild);
        head.prepend(button);
        button.addEventListener("click", () => sortRows(table, head));
      }
      const bar = make("p", "Copy as ", { class: "copy" });
      for (const name of Object.keys(forms)) {
        const button = make("button", name, { type: "button", "aria-label": `Copy the table as ${name}` });
        button.addEventListener("click", async () => {
          button.textContent = await copyText(forms[name](grid(table))) ? "copied" : "not allowed here";
          setTimeout(() => { button.textContent = name; }, 1500);
        });
        bar.append(button, " ");
      }
      table.closest(".scroll").after(bar);
    }
    // A box that goes on to the right fades there.
    for (const box of document.querySelectorAll(".scroll")) {
      const cue = () => box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
      box.addEventListener("scroll", cue, { passive: true });
      new ResizeObserver(cue).observe(box);
    }
    // A whole picture is small on a narrow screen: it can be read by moving it about.
    for (const figure of document.querySelectorAll("figure")) {
      const button = make("button", "enlarge", { type: "button", class: "enlarge", "aria-pressed": "false" });
      button.addEventListener("click", () => button.setAttribute("aria-pressed", figure.classList.toggle("large")));
      figure.querySelector("figcaption").append(button);
    }
    const methods = [...new Set([...document.querySelectorAll("svg [data-method]")].map(node => node.dataset.method))]
      .sort((x, y) => y.startsWith("plain") - x.startsWith("plain") || x.localeCompare(y, "en", { numeric: true }));
    const firstFigure = document.querySelector("main > figure");
    if (firstFigure && methods.length > 1) {
      const box = make("fieldset");
      box.append(make("legend", "Methods in the figures"));
      for (const method of methods) {
        const label = make("label"), input = make("input", null, { type: "checkbox" });
        input.checked = true;
        input.addEventListener("change", () => {
          for (const node of document.querySelectorAll("svg [data-method]"))
            if (node.dataset.method === method) node.style.display = input.checked ? "" : "none";
          // The panels that are left close up.
          for (const svg of document.querySelectorAll("svg:has([data-slot])")) {
            const panels = [...svg.querySelectorAll("[data-slot]")];
            const slots = panels.map(node => node.dataset.slot.split(" ").map(Number));
            let next = 0;
            panels.forEach((node, i) => {
              if (node.style.display === "none") return;
              node.setAttribute("transform", `translate(${slots[next][0] - slots[i][0]} ${slots[next][1] - slots[i][1]})`);
              next++;
            });
          }
        });
        label.append(input, " " + method);
        box.append(label);
      }
      firstFigure.before(box);
    }
    const openTarget = () => {
      const id = location.hash.slice(1).split("?")[0], node = id && document.getElementById(id);
      for (let outer = node; outer; outer = outer.parentElement) if (outer.tagName === "DETAILS") outer.open = true;
    };
    addEventListener("hashchange", openTarget);
    openTarget();

    """#
}
