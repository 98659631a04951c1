// Tables of the page: claims, covenants, and the statements by year.

function textTable(caption, heads) {
  const body = make("tbody", {});
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const table = make("table", { className: "texts" }, make("caption", {}, caption), make("thead", {}, head), body);
  return { body, element: make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": `What if: ${caption}` }, table) };
}

function textLine(head, count) {
  const cells = Array.from({ length: count }, () => make("td", {}));
  return { cells, row: make("tr", {}, make("th", { scope: "row" }, head), ...cells) };
}

/** The claims: what is claimed, what is found, and whether it holds. */
class Claims {
  constructor(plan, option) {
    const { body, element } = textTable("Claims", ["Claim", "Claimed", "Found", "Verdict"]);
    this.plan = plan;
    this.lines = option.claims.map((claim) => ({ claim, ...textLine(claim.says, 3) }));
    body.append(...this.lines.map(({ row }) => row));
    this.element = option.claims.length ? element : make("p", { hidden: true });
  }

  update() {
    for (const { claim, cells, row } of this.lines) {
      const [value, limit, holds] = this.plan.get(this.plan.option, `claim/${claim.name}`);
      const expected = (holds > 0) === claim.expected;
      const verdict = holds > 0 ? (expected ? "holds" : "holds, not as expected") : `fails, ${expected ? "" : "not "}as expected`;
      const wanted = `${claim.words} ${quantity(limit, claim.unit, claim.shown)}${claim.when ? `, ${claim.when}` : ""}`;
      [wanted, quantity(value, claim.unit, claim.shown), verdict].forEach((text, n) => say(cells[n], text));
      row.className = holds > 0 ? "good" : "bad";
    }
  }
}

/** The covenants at their tightest. */
class Covenants {
  constructor(plan, option) {
    const heads = ["Covenant", "Limit", "Tightest", "When", "Headroom", "Verdict"];
    const { body, element } = textTable("Covenants, at their tightest", heads);
    Object.assign(this, { plan, option });
    this.lines = option.covenants.map((covenant) => ({ covenant, ...textLine(`${covenant.loan}: ${covenant.says}`, 5) }));
    body.append(...this.lines.map(({ row }) => row));
    this.element = option.covenants.length ? element : make("p", { hidden: true });
  }

  update() {
    for (const { covenant, cells, row } of this.lines) {
      const tight = tightest(this.plan, this.option, covenant), { unit, shown } = covenant;
      const tested = "when" in tight, often = `${tight.broken.length} of ${covenant.dates.length} times`;
      const texts = !tested ? ["", "", "", "", "not tested"] : [
        `${covenant.words} ${quantity(tight.limit, unit, shown)}`,
        tight.beyond ? "beyond any limit" : quantity(tight.value, unit, shown),
        tight.when,
        Number.isFinite(tight.room) && tight.limit ? percent(tight.room) : "",
        tight.broken.length ? `broken ${often}, first${dated(this.plan, tight.broken[0])}` : "kept",
      ];
      texts.forEach((text, n) => say(cells[n], text));
      row.className = !tested ? "" : tight.broken.length ? "bad" : "good";
    }
  }
}

const HALF = 0.5;

/** Statements, cover and capacity by year, one at a time. */
class Statements {
  constructor(plan) {
    this.plan = plan;
    this.at = 0;
    const names = plan.data.tables.map(({ title }, n) => make("option", { value: n }, title));
    const choose = make("select", { id: "live-statement", onchange: () => { this.at = Number(choose.value); this.build(); this.update(); } }, ...names);
    this.place = make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": "What if: statements" });
    this.element = make("div", { className: "statements" }, make("label", { htmlFor: "live-statement" }, "Show "), choose, this.place);
  }

  build() {
    const { plan } = this, table = plan.data.tables[this.at], { option } = plan;
    const head = make("tr", {}, make("td", {}), ...table.columns.map((text) => make("th", { scope: "col" }, text)));
    this.lines = table.lines.filter(({ key }) => plan.has(option, key)).map((line) => {
      const cells = table.columns.map(() => make("td", {}));
      return { line, cells, row: make("tr", { className: line.strong ? "strong" : "" }, make("th", { scope: "row" }, line.label), ...cells) };
    });
    const body = make("tbody", {}, ...this.lines.map(({ row }) => row));
    const caption = make("caption", {}, table.unit ? `${table.title} [${table.unit}]` : table.title);
    this.place.replaceChildren(make("table", { className: "numbers" }, caption, make("thead", {}, head), body));
  }

  update() {
    const { plan } = this, { divisor, decimals } = plan.data.tables[this.at];
    for (const { line, cells, row } of this.lines) {
      const values = plan.get(plan.option, line.key), before = plan.get(plan.option, line.key, true);
      const seen = plan.data.tables[this.at].unit ? values.some((value) => Math.abs(value) >= HALF) : values.some(Number.isFinite);
      show(row, Boolean(line.always || line.share) || seen);
      values.forEach((value, n) => {
        const text = (one) => (line.share ? (Number.isFinite(one) ? `${fixed(100 * one, 1)} %` : DASH) : fixed(one / divisor, decimals));
        const now = text(value);
        say(cells[n], now);
        cells[n].className = now === text(before[n]) ? "" : "changed";
      });
    }
  }
}
