// The plan of the page: the values of its inputs, the results that its tape gives, and what the plan refuses.

class Plan {
  constructor(data) {
    this.data = data;
    this.inputs = data.inputs;
    this.options = data.options;
    this.program = fibercapProgram.machine(data.tape);
    this.values = this.inputs.map((input) => input.written);
    this.option = data.options.find((option) => option.name === data.chosen) || data.options[0];
    this.house = new Float64Array(this.inputs.length);
    this.run();
    this.written = this.program.results();
  }

  /** Work all results out from the values. */
  run() {
    this.inputs.forEach((input, n) => { this.house[n] = this.values[n] * input.factor; });
    this.program.run(this.house);
  }

  has(option, key) {
    return `${option.name}|${key}` in this.data.tape.results;
  }

  /** Return the results of an option by name, as they are now, or as in the plan as written. */
  get(option, key, written = false) {
    const [start, count] = this.data.tape.results[`${option.name}|${key}`];
    if (written) return Array.from(this.written.subarray(start, start + count));
    return Array.from({ length: count }, (_, n) => this.program.at(start + n));
  }

  one(option, key, written = false) {
    const [start] = this.data.tape.results[`${option.name}|${key}`];
    return written ? this.written[start] : this.program.at(start);
  }

  isMoved(n) {
    return this.values[n] !== this.inputs[n].written;
  }

  get moved() {
    return this.inputs.map((_, n) => n).filter((n) => this.isMoved(n));
  }

  /** Return the words in which the plan refuses a value of an input; "" if it takes it. */
  refusal(n, value) {
    if (!Number.isFinite(value)) return "a number is wanted";
    const broken = this.inputs[n].refused.find(({ side, limit }) =>
      side === "below" ? value < limit : side === "above" ? value > limit * (1 + 1e-12) : value === 0);
    return broken ? fill(broken.words, [this.text(n, value)]) : "";
  }

  /** Return the words in which the plan refuses all values together; "" if it takes them. */
  get refused() {
    const twice = this.data.twice.find(({ both }) => both.every((n) => this.isMoved(n)));
    if (twice) return twice.words;
    for (const option of this.options)
      for (const [n, guard] of option.guards.entries()) {
        const [refuses, asked, most] = this.get(option, `guard/${n}`);
        if (refuses) return `${guard.path}: ${fill(guard.words, [fixed(asked, 0), fixed(most, 0)])}`;
      }
    return "";
  }

  text(n, value) {
    return `${plain(value)} ${this.inputs[n].unit}`.trim();
  }

  /** Return a value as the plan's file has it: an amount with its unit, or a factor on several values. */
  setting(n) {
    const input = this.inputs[n], value = this.values[n];
    return input.replaces ? this.text(n, value) : `{times: ${plain(value / input.written)}}`;
  }

  get settings() {
    const option = this.data.compares || !this.option.name ? "" : `--option ${this.option.name} `;
    return option + this.moved.map((n) => `--set '${this.inputs[n].path}=${this.setting(n)}'`).join(" ");
  }

  get overlay() {
    const lines = this.moved.map((n) => `  ${this.inputs[n].path}: ${this.setting(n)}`);
    const { id, file } = this.data.plan;
    return ["fibercap: 1", `id: ${id}_what_if`, `extends: ${file}`, "change:", ...lines, ""].join("\n");
  }
}
