// What starts the page: what-ifs that are kept side by side, the banner, and the parts put together.

/** What-ifs kept side by side with the plan as written. */
class WhatIfs {
  constructor(plan, restore) {
    Object.assign(this, { plan, restore, kept: [] });
    this.name = make("input", { type: "text", id: "live-name", autocomplete: "off", onkeydown: (event) => { if (event.key === "Enter") this.keep(); } });
    this.place = make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": "What-ifs side by side", hidden: true });
    const keep = make("button", { type: "button", onclick: () => this.keep() }, "Keep this what-if");
    this.element = make("div", { className: "whatifs" }, make("label", { htmlFor: "live-name" }, "Name "), this.name, keep, this.place);
  }

  keep() {
    const { plan } = this;
    if (!plan.moved.length || plan.refused) return;
    const changes = plan.moved.map((n) => `${plan.inputs[n].words} ${plan.text(n, plan.values[n])}`);
    this.kept.push({
      name: this.name.value.trim() || `What-if ${this.kept.length + 1}`, changes, values: [...plan.values],
      option: plan.option, lead: leadOf(plan), figures: this.figures(false),
    });
    this.name.value = "";
    this.draw();
  }

  figures(written) {
    const { plan } = this, { option } = plan;
    return Object.fromEntries(option.measures.map(({ key, unit, shown }) =>
      [key, measureText(plan.one(option, `measure/${key}`, written), unit, shown)]));
  }

  draw() {
    const { plan, kept } = this, cell = (text) => make("td", {}, text);
    const line = (head, texts) => make("tr", {}, make("th", { scope: "row" }, head), ...texts.map(cell));
    const buttons = kept.map((each, n) => make("td", {},
      make("button", { type: "button", onclick: () => this.restore(each) }, "Show"),
      make("button", { type: "button", "aria-label": `Remove ${each.name}`, onclick: () => { kept.splice(n, 1); this.draw(); } }, "Remove")));
    const heads = ["", "As written", ...kept.map(({ name }) => name)];
    const head = make("tr", {}, ...heads.map((text) => (text ? make("th", { scope: "col" }, text) : make("td", {}))));
    const written = this.figures(true), { measures } = plan.option;
    const rows = [
      line("What is moved", ["nothing", ...kept.map(({ changes }) => changes.join("; "))]),
      line("Verdict", [plan.data.words.lead, ...kept.map(({ lead }) => lead)]),
      ...(plan.data.compares ? [line("Figures of", [plan.option.title, ...kept.map(({ option }) => option.title)])] : []),
      ...measures.filter(({ key }) => written[key] !== DASH || kept.some(({ figures }) => (figures[key] ?? DASH) !== DASH))
        .map(({ key, label }) => line(label, [written[key], ...kept.map(({ figures }) => figures[key] ?? DASH)])),
      make("tr", {}, make("td", {}), make("td", {}), ...buttons),
    ];
    this.place.replaceChildren(make("table", { className: "texts side" }, make("caption", {}, "What-ifs side by side"), make("thead", {}, head), make("tbody", {}, ...rows)));
    show(this.place, kept.length > 0);
  }
}

/** The banner that says that this is not the plan as written, with what can be done about it. */
class Banner {
  constructor(plan, reset) {
    this.plan = plan;
    this.words = make("span", {});
    this.text = make("textarea", { readOnly: true, rows: 4, hidden: true, "aria-label": "Copied text" });
    const button = (name, action) => make("button", { type: "button", onclick: action }, name);
    this.element = make("div", { className: "banner", role: "status", hidden: true }, this.words,
      button("Reset", reset), button("Copy as --set", () => this.copy(plan.settings)),
      button("Copy as an overlay", () => this.copy(plan.overlay)), this.text);
  }

  copy(text) {
    this.text.value = text;
    this.text.rows = text.split("\n").length + 1;
    show(this.text, true);
    this.text.select();
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
    else document.execCommand("copy");
  }

  update() {
    const { moved } = this.plan, named = moved.slice(0, 3).map((n) => `${this.plan.inputs[n].words} ${this.plan.text(n, this.plan.values[n])}`);
    const more = moved.length > 3 ? ` and ${moved.length - 3} more` : "";
    say(this.words, `Not the plan as written: ${named.join(", ")}${more}.`);
    show(this.element, moved.length > 0);
    if (!moved.length) show(this.text, false);
  }
}

function start() {
  const data = document.getElementById("live-data"), section = document.getElementById("live");
  if (!data || !section) return;
  const plan = new Plan(JSON.parse(data.textContent));
  const changed = () => {
    plan.run();
    banner.update();
    board.update();
  };
  const choose = (option) => {
    plan.option = option;
    board.build();
  };
  const reset = () => {
    plan.values = plan.inputs.map((input) => input.written);
    controls.update();
    changed();
  };
  const restore = ({ values, option }) => {
    plan.values = [...values];
    plan.option = option;
    plan.run();
    controls.update();
    banner.update();
    board.build();
  };
  const banner = new Banner(plan, reset), controls = new Controls(plan, changed), board = new Board(plan, choose);
  const whatifs = new WhatIfs(plan, restore);
  const side = make("div", { className: "side" }, controls.element);
  section.append(banner.element, make("div", { className: "desk" }, board.head, side, board.element), whatifs.element);
  section.hidden = false;
  document.querySelectorAll("[data-live]").forEach((element) => { element.hidden = false; });
  window.fibercap = { plan, board, controls, whatifs, changed };
}

start();
