// The board: the verdict and all figures of the chosen option, which follow the controls.

class Board {
  constructor(plan, chosen) {
    this.plan = plan;
    this.chosen = chosen;
    this.lead = make("p", { className: "lead" });
    this.brief = make("p", { className: "brief" });
    this.head = make("div", { className: "head", "aria-live": "polite" }, this.lead, this.brief);
    this.wrong = make("p", { className: "bad" });
    this.refused = make("p", { className: "bad refused", role: "alert", hidden: true });
    this.tiles = make("dl", { className: "tiles" });
    this.ranking = make("div", { className: "table" });
    this.charts = make("div", { className: "charts" });
    this.tests = make("div", {});
    this.statements = new Statements(plan);
    this.figures = make("div", { className: "figures" }, this.wrong, this.tiles, this.ranking, this.charts, this.tests,
      this.statements.element);
    this.element = make("div", { className: "board" }, this.refused, this.figures);
    this.ranks = plan.data.compares ? new Ranks(plan, chosen) : null;
    if (this.ranks) this.ranking.append(this.ranks.element);
    this.build();
  }

  /** Make what differs by option anew. */
  build() {
    const { plan } = this, { option } = plan;
    this.views = [...capacityCharts(plan), cashChart(plan), ...covenantCharts(plan, option).slice(0, 4)];
    this.charts.replaceChildren(...this.views.map((view) => view.figure));
    this.measures = option.measures.filter(({ key }) => TILES.includes(key)).map((measure) => new Tile(plan, measure));
    this.tiles.replaceChildren(...this.measures.map((tile) => tile.element));
    this.tested = [new Claims(plan, option), new Covenants(plan, option)];
    this.tests.replaceChildren(...this.tested.map((table) => table.element));
    this.statements.build();
    this.update();
  }

  update() {
    const { plan } = this, refused = plan.refused;
    say(this.refused, refused ? `The plan refuses this. ${refused}` : "");
    show(this.refused, refused !== "");
    this.element.classList.toggle("stale", refused !== "");
    if (refused) return;
    say(this.lead, leadOf(plan));
    const wrong = wrongWith(plan, plan.option);
    const of = plan.data.compares ? ` with “${plan.option.title}”` : "";
    say(this.wrong, wrong.length ? `What is wrong${of}: ${wrong.join("; ")}.` : "");
    show(this.wrong, wrong.length > 0);
    say(this.brief, this.measures.filter(({ measure }) => BRIEF.includes(measure.key)).map((tile) => tile.text).join("; "));
    for (const part of [...this.measures, this.ranks, ...this.views, ...this.tested, this.statements]) part?.update();
  }
}

const BRIEF = ["equity_npv", "min_dscr", "lowest_cash"];
const TILES = ["equity_npv", "project_npv", "company_npv", "project_irr", "min_dscr", "lowest_cash", "peak_debt"];

/** A measure of the chosen option, and what it was as written. */
class Tile {
  constructor(plan, measure) {
    Object.assign(this, { plan, measure });
    this.value = make("b", {});
    this.before = make("span", { className: "note" });
    this.element = make("div", {}, make("dt", {}, measure.label), make("dd", {}, this.value, this.before));
    const defined = Number.isFinite(this.at(false)) || Number.isFinite(this.at(true));
    this.element.hidden = !defined;
  }

  at(written) {
    return this.plan.one(this.plan.option, `measure/${this.measure.key}`, written);
  }

  /** Its name and value in one text. */
  get text() {
    const { label, unit, shown } = this.measure;
    return `${label} ${measureText(this.at(false), unit, shown)}`;
  }

  update() {
    const { unit, shown } = this.measure, now = measureText(this.at(false), unit, shown);
    const before = measureText(this.at(true), unit, shown);
    say(this.value, now);
    say(this.before, now === before ? "" : `as written ${before}`);
    if (now !== DASH) show(this.element, true);
  }
}

/** The options by worth; choosing a line shows that option. */
class Ranks {
  constructor(plan, chosen) {
    this.plan = plan;
    this.body = make("tbody", {});
    const money = plan.data.currency;
    const heads = ["Option", `Worth to the owners, million ${money}`, "Lowest DSCR", `Lowest cash, million ${money}`, "Verdict"];
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
    this.lines = plan.options.map((option) => {
      const radio = make("input", { type: "radio", name: "live-option", id: `live-option-${option.name}`, checked: option === plan.option, onchange: () => chosen(option) });
      const cells = [1, 2, 3].map(() => make("td", {})), verdict = make("td", { className: "words" });
      const label = make("label", { htmlFor: radio.id }, radio, ` ${option.title}`);
      return { option, radio, cells, verdict, row: make("tr", {}, make("th", { scope: "row" }, label), ...cells, verdict) };
    });
    this.body.append(...this.lines.map(({ row }) => row));
    this.element = make("table", { className: "ranks" },
      make("caption", {}, "Ways of financing; choose the one to see"), make("thead", {}, head), this.body);
  }

  update() {
    const { plan } = this, places = ranking(plan);
    for (const { option, radio, cells, verdict, row } of this.lines) {
      const { worth, sound, recommended } = places.find((each) => each.option === option);
      const [cover, cash] = ["min_dscr", "lowest_cash"].map((key) =>
        (plan.has(option, `measure/${key}`) ? plan.one(option, `measure/${key}`) : NaN));
      [worth / 1e6, cover, cash / 1e6].forEach((value, n) => say(cells[n], fixed(value, 2)));
      const why = sound ? (Number.isFinite(worth) ? "may be taken" : "cannot be ranked") : wrongWith(plan, option)[0];
      say(verdict, recommended ? "★ recommended" : why || "may not be taken");
      row.className = option === plan.option ? "chosen" : "";
      radio.checked = option === plan.option;
    }
  }
}
