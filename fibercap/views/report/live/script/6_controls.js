// Controls: one for each input that is shown, a search for the others, and what is refused.

class Controls {
  constructor(plan, changed) {
    this.plan = plan;
    this.changed = changed;
    this.shown = new Map();
    this.list = make("div", { className: "inputs" });
    this.element = make("div", { className: "controls" }, make("h3", {}, "Inputs"), this.search() ?? "", this.list);
    plan.data.first.forEach((n) => this.add(n));
    if (!plan.inputs.length) this.list.append(make("p", {}, "No input of this plan can be moved: all are dates, names or counts."));
  }

  /** Add the control of an input at the end, or at the start if it was searched for. */
  add(n, ahead = false) {
    if (this.shown.has(n)) return this.shown.get(n);
    const control = new Control(this.plan, n, this.changed);
    this.shown.set(n, control);
    this.list[ahead ? "prepend" : "append"](control.element);
    return control;
  }

  search() {
    const { inputs } = this.plan, found = make("ul", { className: "found" });
    const look = ({ target }) => {
      const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (input) => words.every((word) => `${input.words} ${input.path}`.toLowerCase().includes(word));
      const places = words.length ? inputs.map((_, n) => n).filter((n) => fits(inputs[n]) && !this.shown.has(n)) : [];
      found.replaceChildren(...places.slice(0, 8).map((n) => make("li", {}, this.offer(n, found, target))));
      if (words.length && !places.length) found.append(make("li", {}, "no other input has these words"));
    };
    const field = make("input", { type: "search", id: "live-search", placeholder: "such as “working capital”", oninput: look });
    const left = inputs.length - this.plan.data.first.length;
    if (left <= 0) return null;
    return make("div", { className: "search" }, make("label", { htmlFor: "live-search" }, `Any other of ${left} inputs`), field, found);
  }

  offer(n, found, field) {
    const choose = () => {
      this.add(n, true).focus();
      found.replaceChildren();
      field.value = "";
    };
    return make("button", { type: "button", onclick: choose }, this.plan.inputs[n].words);
  }

  /** Show what the plan has, after a reset or an earlier what-if. */
  update() {
    this.plan.moved.forEach((n) => this.add(n));
    for (const control of this.shown.values()) control.update();
  }
}

class Control {
  constructor(plan, n, changed) {
    Object.assign(this, { plan, n, changed });
    const input = plan.inputs[n], id = `live-input-${n}`;
    const range = { low: input.low, high: input.high, step: input.step };
    this.slider = make("input", {
      type: "range", min: range.low, max: range.high, step: range.step, "aria-label": `${input.words}, slider`,
      oninput: () => this.take(rounded(Number(this.slider.value))),
    });
    this.field = make("input", {
      type: "text", inputMode: "decimal", id, autocomplete: "off", "aria-describedby": `${id}-note ${id}-refused`,
      oninput: () => this.take(numberOf(this.field.value)), onblur: () => this.update(), onkeydown: (event) => this.key(event),
    });
    this.note = make("span", { id: `${id}-note`, className: "note" });
    this.refused = make("p", { id: `${id}-refused`, className: "refused", role: "alert", hidden: true });
    const only = input.only.length ? ` Only in ${input.only.length} of ${plan.options.length} options.` : "";
    const written = `${input.replaces || input.unit !== "%" || input.written !== 100 ? "" : "all values over time; "}as written ${plain(input.written)} ${input.unit}`;
    this.note.textContent = `${written.trim()}; ${input.kind}.${only}`;
    this.back = make("button", { type: "button", title: "as written", "aria-label": `${input.words}: back to as written`, onclick: () => this.set(input.written) }, "↺");
    const amount = make("span", { className: "amount" }, this.field, make("span", { className: "unit" }, input.unit), this.back);
    this.element = make("div", { className: "input" },
      make("label", { htmlFor: id, title: input.path }, capital(input.words)), amount, this.slider, this.note, this.refused);
    this.update();
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  key(event) {
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!steps) return;
    event.preventDefault();
    this.set(rounded(this.plan.values[this.n] + steps * this.plan.inputs[this.n].step));
  }

  /** Take a value as it is typed or dragged; what the plan refuses stays in the field, with the words of the refusal. */
  take(value) {
    const words = this.plan.refusal(this.n, value);
    say(this.refused, words);
    show(this.refused, words !== "");
    this.field.setAttribute("aria-invalid", words !== "");
    if (words) return;
    this.plan.values[this.n] = value;
    this.element.classList.toggle("moved", this.plan.isMoved(this.n));
    if (document.activeElement !== this.field) this.field.value = shownNumber(value);
    this.slider.value = value;
    this.changed();
  }

  set(value) {
    this.take(value);
    this.field.value = shownNumber(this.plan.values[this.n]);
  }

  update() {
    const value = this.plan.values[this.n];
    this.field.value = shownNumber(value);
    this.slider.value = value;
    this.slider.setAttribute("aria-valuetext", this.plan.text(this.n, value));
    this.element.classList.toggle("moved", this.plan.isMoved(this.n));
    show(this.refused, false);
    this.field.setAttribute("aria-invalid", false);
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const rounded = (value) => Number(value.toPrecision(10));

/** Return a typed number; thousands may be apart by commas, blanks or underscores. */
const numberOf = (text) => (text.trim() === "" ? NaN : Number(text.replace(/[,_\s]/g, "").replace("−", "-")));

function shownNumber(value) {
  const [whole, part] = plain(value).split(".");
  return whole.includes("e") ? plain(value) : whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}
