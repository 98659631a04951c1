// The figures of the page: what each chart shows of the chosen option.

/** Return the chart of capacity for each unit of products: what each plant can make, and the nameplate of all. */
function capacityCharts(plan) {
  const units = [...new Set(plan.options.flatMap((option) => option.plants.map((plant) => plant.unit)))];
  return units.map((unit) => {
    const view = chart(units.length > 1 ? `Capacity of plants in ${unit}` : "Capacity");
    view.update = () => drawCapacity(plan, view, unit);
    return view;
  });
}

function drawCapacity(plan, view, unit) {
  const { option, data } = plan, plants = option.plants.filter((plant) => plant.unit === unit);
  if (!plants.length) return view.draw({ labels: data.periods, layers: [], range: [0], divisor: 1 });
  const rows = (row, written) => plants.map(({ key }) => plan.get(option, `plants.${key}.${row}`, written));
  const effective = rows("effective_capacity"), layers = [];
  let below = data.periods.map(() => 0);
  effective.forEach((values, n) => {
    const high = values.map((value, k) => value + below[k]);
    layers.push({ kind: "area", low: below, values: high, color: data.palette[n % data.palette.length] });
    below = high;
  });
  const nameplate = summed(rows("nameplate")), before = summed(rows("nameplate", true));
  if (plan.moved.length) layers.push({ kind: "dashes", values: before, color: SOFT });
  layers.push({ kind: "line", values: nameplate, color: INK, width: 1.6 });
  const range = [...below, ...nameplate, ...before], [divisor, word] = scaleFor(range);
  view.name(`${word}${unit}; areas are what each period can make, the line is the nameplate of all`);
  const names = plants.map((plant, n) => [data.palette[n % data.palette.length], plant.name]);
  view.key([...names, ...ghost(plan)]);
  view.draw({ labels: data.periods, layers, range, divisor });
}

const summed = (rows) => rows[0].map((_, k) => rows.reduce((sum, values) => sum + values[k], 0));
const ghost = (plan) => (plan.moved.length ? [[SOFT, "as written", "dashed"]] : []);

/** Return the chart of cash: its balance at the end of each period, its lowest point, and what it was as written. */
function cashChart(plan) {
  const view = chart("Cash at the end of each period");
  view.update = () => {
    const { option, data } = plan, within = data.periods.length;
    const cash = plan.get(option, "free_cash").slice(0, within), held = plan.get(option, "cash");
    const before = plan.get(option, "cash", true), zeros = cash.map(() => 0);
    const lowest = cash.reduce((least, value, n) => (value < cash[least] ? n : least), 0);
    const reserved = held.some((value, n) => value - cash[n] > 1);
    const layers = [
      { kind: "area", low: zeros, values: cash.map((value) => Math.max(value, 0)), color: data.palette[3] },
      { kind: "area", low: zeros, values: cash.map((value) => Math.min(value, 0)), color: "#F3C9B5" },
    ];
    if (reserved) layers.push({ kind: "area", low: cash, values: held, color: data.palette[1] });
    if (plan.moved.length) layers.push({ kind: "dashes", values: before, color: SOFT });
    layers.push({ kind: "line", values: cash, color: INK });
    const range = [...cash, ...held, ...before], [divisor, word] = scaleFor(range);
    const text = `lowest: ${quantity(cash[lowest], data.currency)} in ${data.periods[lowest]}`;
    view.name(`${word}${data.currency}`);
    view.key([...(reserved ? [[data.palette[1], "held in reserves"]] : []), ...ghost(plan)]);
    view.draw({
      labels: data.periods, layers, range, divisor,
      notes: [{ at: lowest, value: cash[lowest], text, color: cash[lowest] < 0 ? FAILS : INK }],
    });
  };
  return view;
}

/** Return the charts of covenants of an option: the value on each date of its tests, and the limit in force. */
function covenantCharts(plan, option) {
  return option.covenants.filter(({ dates }) => dates.length > 1).map((covenant) => {
    const view = chart(`${covenant.loan}: ${covenant.says}`);
    view.update = () => {
      const part = (name, written) => plan.get(option, `covenant/${covenant.name}/${name}`, written);
      const values = part("value"), limits = part("limit"), holds = part("holds"), before = part("value", true);
      const money = isMoney(covenant.unit), far = 3 * Math.max(...limits.map(Math.abs));
      const seen = [...values, ...before].filter(Number.isFinite).map((value) => (money ? value : clamped(value, far)));
      const layers = [{ kind: "line", values: limits, color: FAILS, width: 1.2 }];
      if (plan.moved.length)
        layers.push({ kind: "points", values: before.map((value) => clamped(value, far)), color: () => "#B4BBC1" });
      layers.push({ kind: "points", values: values.map((value) => (money ? value : clamped(value, far))),
        color: (n) => (holds[n] ? HOLDS : FAILS) });
      const range = [...seen, ...limits], [divisor, word] = money ? scaleFor(range) : [1, ""];
      view.name(`${word}${covenant.shown || "times"}; ${covenant.words} the line is promised`);
      view.key(plan.moved.length ? [["#B4BBC1", "as written", "dot"]] : []);
      view.draw({ labels: covenant.dates, layers, range, divisor });
    };
    return view;
  });
}

/** Values far beyond the limit are drawn at the edge, so that those near it can be told apart. */
const clamped = (value, far) => (far > 0 ? Math.max(Math.min(value, far), -far) : value);
