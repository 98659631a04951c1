// The machine that runs a tape in a page: one sample, every entry in turn. The script is the same for all plans; a tape
// is data, as `tape_document` writes it. Rates of return follow `model/returns/roots.py`.
"use strict";

const fibercapProgram = (() => {
  const EPS = 2.220446049250313e-16;
  const TOUCHING = 1e-12;

  const number = (value) => (value === null ? NaN : value);

  /** Return a function of the inputs, in the order of the tape, that gives all results as one array. */
  function machine(tape) {
    const first = tape.numbers.length;
    const memory = new Float64Array(first + tape.inputs + tape.slots);
    memory.set(tape.numbers.map(number));
    const place = (value) => (value < 0 ? -1 - value : value + first);
    const does = Uint8Array.from(tape.operations);
    const a = Int32Array.from(tape.a, (value, entry) => (does[entry] === 18 ? value : place(value)));
    const b = Int32Array.from(tape.b, (value, entry) => (does[entry] >= 18 ? value : place(value)));
    const c = Int32Array.from(tape.c, place);
    const to = Int32Array.from(tape.targets, place);
    const lists = Int32Array.from(tape.lists, place);
    const results = new Float64Array(tape.constant.length);
    const constant = Float64Array.from(tape.constant, number);
    return (inputs) => {
      results.set(constant);
      memory.set(inputs, first);
      for (let n = 0; n < does.length; n++) {
        const x = memory[a[n]], y = memory[b[n]];
        switch (does[n]) {
          case 0: memory[to[n]] = x + y; break;
          case 1: memory[to[n]] = x - y; break;
          case 2: memory[to[n]] = x * y; break;
          case 3: memory[to[n]] = y === 0 ? NaN : x / y; break;
          case 4: memory[to[n]] = x === 1 ? 1 : x ** y; break;
          case 5: memory[to[n]] = Math.min(x, y); break;
          case 6: memory[to[n]] = Math.max(x, y); break;
          case 7: memory[to[n]] = x !== x ? y : y !== y ? x : Math.min(x, y); break;
          case 8: memory[to[n]] = x !== x ? y : y !== y ? x : Math.max(x, y); break;
          case 9: memory[to[n]] = x < y ? 1 : 0; break;
          case 10: memory[to[n]] = x <= y ? 1 : 0; break;
          case 11: memory[to[n]] = x === y ? 1 : 0; break;
          case 12: memory[to[n]] = x !== 0 && y !== 0 ? 1 : 0; break;
          case 13: memory[to[n]] = x !== 0 || y !== 0 ? 1 : 0; break;
          case 14: memory[to[n]] = x !== 0 ? y : memory[c[n]]; break;
          case 15: memory[to[n]] = rounded(x, y); break;
          case 16: memory[to[n]] = Math.ceil(x); break;
          case 17: memory[to[n]] = x !== x ? 0 : x; break;
          case 18: memory[to[n]] = rateOfList(a[n], b[n], memory[c[n]]); break;
          case 19: results[b[n]] = x; break;
          default: throw new Error(`operation ${does[n]} is not known`);
        }
      }
      return results;
    };

    function rateOfList(start, end, least) {
      const flows = [];
      for (let n = start; n < end; n++) {
        const flow = memory[lists[n]];
        flows.push(Math.abs(flow) > least ? flow : 0);
      }
      return onlyRate(tape.times.slice(start, end), flows);
    }
  }

  /** Round to whole steps, ties away from zero; an amount that only rounding tells from a tie is one. */
  function rounded(value, step) {
    const steps = value / step, size = Math.abs(steps);
    return Math.sign(steps) * Math.floor(size + 0.5 + 1e-9 + 2e-15 * size) * step;
  }

  /** Return the only rate at which flows are worth nothing, or the only one from -50 % to 1,000 %; else NaN. */
  function onlyRate(times, flows) {
    const rates = zerosOf(ordered(times, flows)).map(Math.expm1);
    if (rates.length === 1) return rates[0];
    const inside = rates.filter((rate) => rate >= -0.5 && rate <= 10);
    return inside.length === 1 ? inside[0] : NaN;
  }

  /** Return flows in order of time, those of one time added, as signs and logarithms. */
  function ordered(times, flows) {
    const largest = Math.max(...flows.map(Math.abs)) || 1;
    const order = times.map((_, n) => n).sort((one, other) => times[one] - times[other] || one - other);
    const merged = [];
    for (const n of order) {
      const flow = flows[n] / largest, last = merged[merged.length - 1];
      if (last && last.time === times[n]) {
        last.flow += flow;
        last.gross += Math.abs(flow);
      } else merged.push({ time: times[n], flow, gross: Math.abs(flow) });
    }
    return merged
      .filter(({ flow, gross }) => Math.abs(flow) > 4 * EPS * gross)
      .map(({ time, flow }) => ({ time: time - merged[0].time, sign: Math.sign(flow), size: Math.log(Math.abs(flow)) }));
  }

  const changes = (flows) => flows.reduce((count, flow, n) => count + (n && flow.sign !== flows[n - 1].sign ? 1 : 0), 0);

  function zerosOf(flows) {
    if (!changes(flows)) return [];
    const ladder = [flows];
    for (let lower = derivative(flows); changes(lower); lower = derivative(lower)) ladder.push(lower);
    return ladder.reduceRight((zeros, step) => zerosBetween(step, zeros), []);
  }

  /** Return the derivative of exp(time x) times the sum, where the time is the one before the first change of sign. */
  function derivative(flows) {
    const first = flows.findIndex((flow, n) => n + 1 < flows.length && flow.sign !== flows[n + 1].sign);
    const time = flows[first].time;
    return flows.filter((_, n) => n !== first).map((flow) => ({
      time: flow.time,
      sign: flow.sign * Math.sign(time - flow.time),
      size: flow.size + Math.log(Math.abs(time - flow.time)),
    }));
  }

  /** Return log(inflows / outflows) at x, and its slope. */
  function balance(flows, x) {
    const total = (sign) => {
      let peak = -Infinity, sum = 0, moment = 0;
      for (const flow of flows) if (flow.sign === sign) peak = Math.max(peak, flow.size - flow.time * x);
      for (const flow of flows) {
        if (flow.sign !== sign) continue;
        const weight = Math.exp(flow.size - flow.time * x - peak);
        sum += weight;
        moment += weight * flow.time;
      }
      return [peak + Math.log(sum), moment / sum];
    };
    const [inflows, early] = total(1), [outflows, late] = total(-1);
    return [inflows - outflows, late - early];
  }

  function zerosBetween(flows, points) {
    const inner = points.map((x) => {
      const value = balance(flows, x)[0];
      return Math.abs(value) <= 2 * TOUCHING ? 0 : Math.sign(value);
    });
    const signs = [flows[flows.length - 1].sign, ...inner, flows[0].sign];
    const ends = [-Infinity, ...points, Infinity];
    const zeros = points.filter((_, n) => inner[n] === 0);
    for (let n = 0; n + 1 < ends.length; n++)
      if (signs[n] * signs[n + 1] < 0) zeros.push(zeroWithin(flows, ends[n], ends[n + 1], signs[n + 1]));
    return zeros.sort((one, other) => one - other);
  }

  /** Return the zero between two ends by Newton's method, safeguarded by bisection; `above` is the sign at `high`. */
  function zeroWithin(flows, low, high, above) {
    const span = flows[flows.length - 1].time - flows[0].time, least = 1 / span;
    const open = () => low === -Infinity || high === Infinity;
    let stride = 8 / span, moved = Infinity;
    let x = open() ? Math.min(Math.max(0, low), high) : (low + high) / 2;
    for (;;) {
      const [value, slope] = balance(flows, x);
      if (value * above > 0) high = x;
      else low = x;
      const unbounded = open(), newton = x - value / slope;
      const halved = high === Infinity ? x + stride : low === -Infinity ? x - stride : (low + high) / 2;
      const trusted = low < newton && newton < high && Math.abs(newton - x) <= (unbounded ? stride : moved / 2);
      const following = trusted ? newton : halved, change = Math.abs(following - x);
      const close = 2 * EPS * Math.max(Math.abs(x), least);
      if (Math.abs(value) <= 2 * EPS || (!unbounded && high - low <= close) || (trusted && change <= close)) return x;
      x = following;
      moved = unbounded ? Infinity : change;
      stride *= 2;
    }
  }

  return { machine, onlyRate };
})();

if (typeof module !== "undefined") module.exports = fibercapProgram;
