// Run beside a frame that holds a report; writes `ok`, or what is wrong, into the page. See check-html.sh.
"use strict";
const frame = document.getElementById("frame"), result = document.getElementById("result");
const problems = [];
const say = text => { if (problems.length < 8) problems.push(text); };
const wait = async (test, what) => {
  for (let i = 0; i < 200; i++) {
    if (test()) return true;
    // Virtual time runs ahead of what other threads do: this waits for one of them, too.
    for (let j = 0; j < 20; j++) await new Response(new Blob(["x".repeat(1000)])).text();
    await new Promise(done => setTimeout(done, 50));
  }
  say("waited in vain for " + what);
  return false;
};
const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
const luminance = ([r, g, b]) => {
  const part = x => { x /= 255; return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};
const background = (view, node) => {
  for (let at = node; at; at = at.parentElement) {
    const color = numbers(view.getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
  }
  return [255, 255, 255];
};

const check = async () => {
  const view = frame.contentWindow, page = frame.contentDocument;
  view.addEventListener("error", event => say("error: " + event.message));
  view.addEventListener("unhandledrejection", event => say("rejection: " + event.reason));
  const logged = view.console.error;
  view.console.error = (...all) => { say("console: " + all.join(" ")); logged(...all); };
  const overflow = when => {
    const wide = page.documentElement.scrollWidth;
    if (wide > view.innerWidth) say(`${when}: the page is ${wide} px wide in ${view.innerWidth}`);
  };
  if (view.innerWidth !== @WIDTH@) say("the frame is " + view.innerWidth);
  overflow("closed");
  for (const fold of page.querySelectorAll("details")) fold.open = true;
  overflow("open");

  // Controls have names, pictures have labels, there is one heading of the first order.
  for (const node of page.querySelectorAll("button, a[href], select, input, summary")) {
    const name = node.textContent.trim() || node.getAttribute("aria-label") || (node.labels && [...node.labels].map(x => x.textContent).join("").trim());
    if (!name) say("a control without a name: " + node.outerHTML.slice(0, 80));
  }
  for (const node of page.querySelectorAll("svg")) if (node.getAttribute("role") !== "img" || !node.getAttribute("aria-label")) say("a picture without a label");
  if (page.querySelectorAll("h1").length !== 1) say("not one h1");
  if (!page.documentElement.lang) say("no language");
  const ids = [...page.querySelectorAll("[id]")].map(x => x.id);
  if (new Set(ids).size !== ids.length) say("an id stands there twice: " + ids.find((x, i) => ids.indexOf(x) !== i));
  for (const table of page.querySelectorAll("table")) if (!table.caption) say("a table without a caption");

  const readable = where => {
    for (const node of where.querySelectorAll("p, li, td, th, a, button, small, code, figcaption, legend, label, strong, span, caption")) {
      if (!node.textContent.trim() || node.disabled || !node.checkVisibility()) continue;
      const ratio = contrast(numbers(view.getComputedStyle(node).color).slice(0, 3), background(view, node));
      if (ratio < 4.5) { say(`contrast ${ratio.toFixed(2)}: ${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)}`); return; }
    }
    for (const node of where.querySelectorAll("svg text")) {
      const fill = numbers(view.getComputedStyle(node).fill);
      // Texts on coloured squares have a colour that was chosen for these.
      if (fill.length < 3 || !node.getAttribute("class")) continue;
      if (node.previousElementSibling && node.previousElementSibling.tagName === "rect") continue;
      const ratio = contrast(fill.slice(0, 3), background(view, node.closest("svg")));
      if (ratio < 3) { say(`contrast ${ratio.toFixed(2)} in a picture: ${node.textContent.slice(0, 30)}`); return; }
    }
  };
  readable(page);

  // A heading sorts and says so.
  const head = page.querySelector("main table .heads th:nth-child(2) button");
  if (head) {
    head.click();
    if (!head.closest("th").getAttribute("aria-sort")) say("sorting shows no sign");
  }
  // No picture is wider than its place.
  for (const node of page.querySelectorAll("figure svg"))
    if (node.getBoundingClientRect().width > node.parentElement.clientWidth + 1) say("a picture is cut: " + node.getAttribute("aria-label"));
  // A method's box hides its lines, and the panels that are left close up.
  const box = page.querySelector("main > fieldset input");
  if (box) {
    const panels = [...page.querySelectorAll("svg:has([data-slot])")].map(svg => [...svg.querySelectorAll("[data-slot]")]).find(x => x.length > 1);
    const corner = node => { const at = node.querySelector("rect").getBoundingClientRect(); return [at.left, at.top]; };
    const first = panels && corner(panels[0]);
    box.click();
    if (panels && panels[0].style.display === "none" && corner(panels[1]).some((x, i) => Math.abs(x - first[i]) > 1)) say("a hidden panel leaves a hole");
    const hidden = [...page.querySelectorAll("svg [data-method]")].filter(x => x.style.display === "none").length;
    if (!hidden) say("a method's box hides nothing");
    box.click();
  }
  // A number leads to its samples, a click shows one with prompt and output.
  if (page.getElementById("samples")) {
    await wait(() => page.body.dataset.ready, "the browser of samples");
    const link = page.querySelector("td a[href^='#samples?']");
    if (!link) say("no number leads to its samples");
    else {
      let arrived = false;
      view.addEventListener("hashchange", () => { arrived = true; });
      link.click();
      await wait(() => arrived, "the link");
      const rows = () => page.querySelectorAll("#browser tbody tr");
      if (await wait(() => rows().length > 0, "a list of samples")) {
        rows()[0].querySelector("button").click();
        if (await wait(() => page.querySelector("#sample h3"), "a sample")) {
          if (!page.querySelector("#sample pre").textContent.trim()) say("a sample without its prompt");
          overflow("a sample");
          readable(page.getElementById("browser"));
          // A text of the prompt is found while one types, and the field that one types into stays.
          const prompt = page.querySelector("#sample pre[aria-label='The prompt']"), field = page.querySelector("#browser input");
          const text = prompt && prompt.firstChild ? prompt.firstChild.textContent.slice(0, 24) : "";
          for (const wanted of [text, "\u0001 nothing has this"]) {
            field.value = wanted;
            field.dispatchEvent(new view.Event("input"));
            await wait(() => (rows().length > 0) === (wanted === text) && !page.querySelector("#sample h3"), "samples with the text " + wanted);
            if (!field.isConnected) say("the field is gone while one types");
          }
        }
      }
    }
  }
};
const main = async () => {
  await wait(() => frame.contentDocument && frame.contentDocument.readyState === "complete" && frame.contentDocument.body.childElementCount > 1, "the page");
  try { await check(); } catch (problem) { say("the check failed: " + problem.message); }
  result.textContent = problems.length ? problems.join("; ").replaceAll("<", "(") : "ok";
};
main();
