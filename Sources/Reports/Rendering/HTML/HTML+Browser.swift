extension HTML {
  /// The browser of samples: filters, a paged list, one sample with two methods side by side.
  static let browserScript = #"""

    (async () => {
      const root = document.getElementById("browser");
      const unpack = async id => {
        const text = document.getElementById("data-" + id).textContent;
        const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
        return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
      };
      const pages = new Map();
      const page = id => {
        if (!pages.has(id)) pages.set(id, unpack(id));
        return pages.get(id);
      };
      let data;
      try { data = await unpack("index"); } catch (problem) {
        root.replaceChildren(make("p", "This browser cannot unpack the samples: " + problem.message));
        return;
      }
      const { cells, c = [], id = [], v = [], o = [], q = [] } = data;
      const twin = new Map();
      const place = cell => cell.m + "\u0001" + cell.e + "\u0001" + Object.entries(cell.p).map(x => x.join("=")).join(",");
      const places = cells.map(place);
      for (let i = 0; i < c.length; i++) twin.set(places[c[i]] + "\u0001" + id[i] + "\u0001" + cells[c[i]].x, i);
      const other = (i, method) => twin.get(places[c[i]] + "\u0001" + id[i] + "\u0001" + method);
      const unique = list => [...new Set(list)];
      const models = unique(cells.map(x => x.m));
      const state = { model: models[0], entry: "", a: "", b: "", show: "all", text: "", places: {}, page: 0, sort: "id", down: false, at: -1 };
      const perPage = 10;
      let list = [];
      // Names with numbers in the order of the numbers, 0.25 before 0.5.
      const parts = new Map();
      const split = text => {
        if (!parts.has(text)) parts.set(text, text.split(/(\d+(?:\.\d+)?)/).map((x, i) => i % 2 ? Number(x) : x));
        return parts.get(text);
      };
      const natural = (x, y) => {
        const [a, b] = [split(x), split(y)];
        for (let i = 0; i < Math.min(a.length, b.length); i++)
          if (a[i] !== b[i]) return typeof a[i] === "number" ? a[i] - b[i] : a[i] < b[i] ? -1 : 1;
        return a.length - b.length;
      };

      const kind = i => cells[c[i]].k;
      const isRight = i => v[i] !== null && (kind(i) === "accuracy" ? v[i] === 1 : v[i] > 0);
      const isWrong = i => kind(i) !== "perplexity" && !isRight(i);
      const flipped = i => {
        const j = other(i, state.b);
        if (j === undefined) return false;
        return kind(i) === "accuracy" ? isRight(i) !== isRight(j) : v[i] !== v[j];
      };
      const shown = {
        all: ["all", () => true], wrong: ["A wrong", i => isWrong(i)], right: ["A right", i => !isWrong(i)],
        flipped: ["A and B differ", i => flipped(i)],
        gained: ["A wrong, B right", i => { const j = other(i, state.b); return j !== undefined && isWrong(i) && !isWrong(j); }],
        lost: ["A right, B wrong", i => { const j = other(i, state.b); return j !== undefined && !isWrong(i) && isWrong(j); }],
      };
      const value = i => {
        if (i === undefined) return "no sample";
        if (v[i] === null) return "no score";
        return kind(i) === "accuracy" ? (v[i] === 1 ? "right" : "wrong") : String(Math.round(v[i] * 1000) / 1000);
      };
      const look = i => i === undefined || kind(i) === "perplexity" ? "" : isWrong(i) ? "wrong" : "right";
      const placeText = i => Object.entries(cells[c[i]].p).map(x => x.join(" ")).join(", ");

      const filters = make("div", null, { class: "filters" });
      const count = make("p", "", { role: "status", "aria-live": "polite" });
      const listBox = make("div", null, { class: "scroll", tabindex: "0", role: "group", "aria-label": "List of samples" });
      const pager = make("div", null, { class: "moves" });
      const view = make("section", null, { "aria-label": "The chosen sample", id: "sample", tabindex: "-1" });
      root.replaceChildren(filters, count, listBox, pager, view);

      const choose = (label, options, current, change) => {
        const box = make("label", label), select = make("select");
        for (const [key, text] of options) {
          const option = make("option", text, { value: key });
          option.selected = key === current;
          select.append(option);
        }
        select.addEventListener("change", () => change(select.value));
        box.append(select);
        filters.append(box);
      };
      const plainFirst = names => names.sort((x, y) => (y.startsWith("plain") - x.startsWith("plain")) || natural(x, y));
      const drawFilters = () => {
        filters.replaceChildren();
        const pairs = names => names.map(x => [x, x]);
        if (models.length > 1) choose("Model", pairs(models), state.model, x => set({ model: x }));
        const ofModel = cells.filter(x => x.m === state.model);
        const entries = unique(ofModel.map(x => x.e));
        if (!entries.includes(state.entry)) state.entry = entries[0];
        if (entries.length > 1) choose("Task", pairs(entries), state.entry, x => set({ entry: x, places: {} }));
        const ofEntry = ofModel.filter(x => x.e === state.entry);
        const names = plainFirst(unique(ofEntry.map(x => x.x)));
        if (!names.includes(state.a)) state.a = names[0];
        if (!names.includes(state.b) || state.b === state.a) state.b = names.find(x => x !== state.a) || "";
        choose("Method A", pairs(names), state.a, x => set({ a: x }));
        if (names.length > 1) choose("Method B", pairs(names.filter(x => x !== state.a)), state.b, x => set({ b: x }));
        for (const axis of unique(ofEntry.flatMap(x => Object.keys(x.p)))) {
          const values = unique(ofEntry.map(x => x.p[axis])).sort(natural);
          choose(axis, [["", "all"], ...pairs(values)], state.places[axis] || "", x => set({ places: { ...state.places, [axis]: x } }));
        }
        const kinds = ofEntry.length && ofEntry[0].k === "perplexity" ? ["all", "flipped"] : Object.keys(shown);
        if (!kinds.includes(state.show)) state.show = "all";
        choose("Show", kinds.map(x => [x, shown[x][0]]), state.show, x => set({ show: x }));
        const box = make("label", "Text in name, prompt, output"), input = make("input", null, { type: "search" });
        input.value = state.text;
        // While one types: the filters stay as they are, and so does the place of the cursor.
        let pause;
        input.addEventListener("input", () => {
          clearTimeout(pause);
          pause = setTimeout(async () => {
            const text = input.value;
            if (text && !prompts) await loadPrompts();
            if (input.value !== text || state.text === text) return;
            Object.assign(state, { text, page: 0, at: -1 });
            select();
          }, 200);
        });
        box.append(input);
        filters.append(box);
      };
      const set = change => { Object.assign(state, change, { page: 0, at: -1 }); refresh(); };
      // What the page holds of the prompts, each once, in small letters; unpacked when a text is first looked for.
      let prompts;
      const loadPrompts = async () => {
        const last = q.reduce((most, x) => x === null ? most : Math.max(most, x), -1), all = [];
        for (let at = 0; at <= last; at += data.promptsPerPage)
          for (const parts of await page("q" + at / data.promptsPerPage))
            all.push(parts.map(x => typeof x === "string" ? x : typeof x === "number" ? "\n" : x[0]).join("").toLowerCase());
        prompts = all;
      };
      const promptHas = (i, text) => !!prompts && q[i] !== null && q[i] !== undefined && (prompts[q[i]] || "").includes(text);
      const refresh = () => {
        drawFilters();
        select();
      };
      const select = () => {
        const wanted = new Set();
        cells.forEach((x, i) => {
          if (x.m === state.model && x.e === state.entry && x.x === state.a
            && Object.entries(state.places).every(([axis, place]) => !place || x.p[axis] === place)) wanted.add(i);
        });
        const test = shown[state.show][1], needle = state.text.toLowerCase();
        list = [];
        for (let i = 0; i < c.length; i++) {
          if (!wanted.has(c[i]) || !test(i)) continue;
          if (needle && !id[i].toLowerCase().includes(needle) && !(o[i] || "").toLowerCase().includes(needle)
            && !promptHas(i, needle)) continue;
          list.push(i);
        }
        const keys = {
          id: i => id[i], place: placeText, a: i => v[i] === null ? -Infinity : v[i],
          b: i => { const j = other(i, state.b); return j === undefined || v[j] === null ? -Infinity : v[j]; },
        };
        const key = keys[state.sort];
        const ordered = list.map(i => [key(i), i]);
        ordered.sort((x, y) => typeof x[0] === "number" ? x[0] - y[0] : natural(x[0], y[0]));
        list = ordered.map(x => x[1]);
        if (state.down) list.reverse();
        drawList();
        if (state.at < 0) view.className = "";
        if (state.at < 0) view.replaceChildren(make("p", list.length ? "Choose a sample of the list: click it, or press Enter on its name." : ""));
      };
      const drawList = () => {
        count.textContent = `${list.length} samples` + (state.b ? `; A is ${state.a}, B is ${state.b}` : `; ${state.a}`);
        const table = make("table"), head = make("tr", null, { class: "heads" });
        table.append(make("caption", "Samples"));
        const columns = [["id", "sample"], ["place", "place"], ["a", "A"], ...(state.b ? [["b", "B"]] : [])];
        for (const [key, text] of columns) {
          const th = make("th", null, { scope: "col" }), button = make("button", text, { type: "button" });
          if (state.sort === key) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
          button.addEventListener("click", () => {
            Object.assign(state, { down: state.sort === key && !state.down, sort: key, page: 0 });
            refresh();
          });
          th.append(button);
          head.append(th);
        }
        head.append(make("th", "output of A", { scope: "col" }));
        const thead = make("thead");
        thead.append(head);
        const body = make("tbody");
        list.slice(state.page * perPage, (state.page + 1) * perPage).forEach((i, offset) => {
          const row = make("tr"), name = make("th", null, { scope: "row" }), open = make("button", id[i], { type: "button" });
          name.append(open);
          row.append(name, make("td", placeText(i)), make("td", value(i), { class: look(i) }));
          if (state.b) { const j = other(i, state.b); row.append(make("td", value(j), { class: look(j) })); }
          row.append(make("td", o[i] === null ? "" : o[i], { class: "output" }));
          if (state.page * perPage + offset === state.at) row.setAttribute("aria-current", "true");
          row.addEventListener("click", () => show(state.page * perPage + offset));
          body.append(row);
        });
        table.append(thead, body);
        listBox.replaceChildren(table);
        pager.replaceChildren();
        const last = Math.max(0, Math.ceil(list.length / perPage) - 1);
        if (last > 0) {
          const move = (text, to) => {
            const button = make("button", text, { type: "button" });
            button.disabled = to < 0 || to > last || to === state.page;
            button.addEventListener("click", () => { state.page = to; drawList(); });
            pager.append(button);
          };
          move("first page", 0); move("previous page", state.page - 1); move("next page", state.page + 1); move("last page", last);
          pager.append(make("span", `page ${state.page + 1} of ${last + 1}`));
        }
      };
      const find = (from, step, test) => {
        for (let at = from + step; at >= 0 && at < list.length; at += step) if (test(list[at])) return at;
        return -1;
      };
      const moves = () => [
        ["previous", "k", find(state.at, -1, () => true)], ["next", "j", find(state.at, 1, () => true)],
        ["previous wrong", "p", find(state.at, -1, isWrong)], ["next wrong", "n", find(state.at, 1, isWrong)],
        ...(state.b ? [["previous that differs", "F", find(state.at, -1, flipped)], ["next that differs", "f", find(state.at, 1, flipped)]] : []),
      ];
      const marked = (text, expected) => {
        const box = make("pre");
        let rest = text;
        const found = expected.filter(x => x && text.includes(x)).sort((x, y) => y.length - x.length)[0];
        while (found && rest.includes(found)) {
          const at = rest.indexOf(found);
          box.append(rest.slice(0, at), make("mark", found));
          rest = rest.slice(at + found.length);
        }
        box.append(rest);
        return box;
      };
      const side = (letter, i, detail) => {
        const box = make("div");
        box.append(make("h3", `${letter}: ${i === undefined ? state.b : cells[c[i]].x}`));
        if (!detail) { box.append(make("p", "This method has no such sample.")); return box; }
        if (detail.fail) { box.append(make("p", "failed: " + detail.fail, { class: "wrong" })); return box; }
        box.append(make("p", value(i), { class: look(i) }));
        if (detail.strip) {
          const strip = make("div", null, { class: "strip", role: "img", "aria-label": "Mean negative log-likelihood along the text; dark is worse" });
          for (const x of detail.strip) {
            const cell = make("i"), share = parseInt(x, 36) / 35;
            cell.style.background = `hsl(${45 - 40 * share} 85% ${92 - 70 * share}%)`;
            cell.title = `about ${(share * 8).toFixed(1)} nats`;
            strip.append(cell);
          }
          box.append(strip, make("p", "From the beginning of the text to its end; dark is unlikely (8 nats a token and more).", { class: "facts" }));
        }
        const output = detail.o === undefined ? o[i] : detail.o;
        if (output !== null) box.append(make("p", "Output", { class: "facts" }), marked(output === "" ? "(nothing)" : output, (detail.e || []).map(x => x.trim())));
        const facts = [`${detail.n} prompt tokens`];
        if (detail.cut) facts.push(`${detail.cut} cut away`);
        if (detail.end) facts.push(`ended by ${detail.end}`);
        for (const [name, number, reason] of detail.s) facts.push(number === null ? `${name}: ${reason}` : `${name} ${Math.round(number * 10000) / 10000}`);
        box.append(make("p", facts.join("; "), { class: "facts" }));
        return box;
      };
      const detailOf = async i => i === undefined ? undefined : (await page("d" + Math.floor(i / data.perPage)))[i % data.perPage];
      const show = async (at, start = false) => {
        state.at = at;
        const wantedPage = Math.floor(at / perPage);
        state.page = wantedPage;
        drawList();
        const i = list[at], j = state.b ? other(i, state.b) : undefined;
        const [a, b] = await Promise.all([detailOf(i), detailOf(j)]);
        const prompt = q[i] === null ? [] : (await page("q" + Math.floor(q[i] / data.promptsPerPage)))[q[i] % data.promptsPerPage];
        if (state.at !== at) return;
        const bar = make("div", null, { class: "moves" });
        for (const [text, key, to] of moves()) {
          const button = make("button", `${text} (${key})`, { type: "button" });
          button.disabled = to < 0;
          button.addEventListener("click", () => show(to));
          bar.append(button);
        }
        const text = make("pre", null, { tabindex: "0", "aria-label": "The prompt" });
        for (const part of prompt) {
          if (typeof part === "string") text.append(part);
          else if (typeof part === "number") text.append(make("span", ` [... ${part.toLocaleString("en")} bytes ...] `, { class: "gap-text" }));
          else text.append(make("mark", part[0]));
        }
        const expected = (a && a.e) || (b && b.e) || [];
        const sides = make("div", null, { class: "sides" });
        sides.append(side("A", i, a));
        if (state.b) sides.append(side("B", j, b));
        view.replaceChildren(
          make("h3", `Sample ${id[i]}` + (placeText(i) ? ` (${placeText(i)})` : "")), bar,
          ...(expected.length ? [make("p", "Expected", { class: "facts" }), marked(expected.join("\n"), expected)] : []),
          sides, make("p", "Prompt", { class: "facts" }), text);
        view.className = "open";
        // A sample that the list or the last key has already brought into sight stays where it is.
        const top = view.getBoundingClientRect().top;
        if (start || top < 0 || top > innerHeight / 3) view.scrollIntoView({ block: "start" });
      };
      addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || state.at < 0) return;
        const move = moves().find(x => x[1] === event.key);
        if (move && move[2] >= 0) { event.preventDefault(); show(move[2]); }
      });
      const follow = () => {
        const [name, query] = location.hash.slice(1).split("?");
        if (name !== "samples") return;
        const wanted = new URLSearchParams(query || "");
        if (query) {
          const places = {};
          for (const [key, text] of wanted) if (key.startsWith("p.")) places[key.slice(2)] = text;
          const a = wanted.get("a") || state.a, plain = cells.map(x => x.x).find(x => x.startsWith("plain"));
          set({
            model: wanted.get("model") || state.model, entry: wanted.get("entry") || state.entry, a,
            b: wanted.get("b") || (plain && plain !== a ? plain : state.b), places, show: wanted.get("show") || "all", text: "",
          });
        }
        if (wanted.has("open") && list.length) show(0, true);
        else document.getElementById("samples").scrollIntoView();
      };
      addEventListener("hashchange", follow);
      refresh();
      follow();
      document.body.dataset.ready = "true";
    })();

    """#
}
