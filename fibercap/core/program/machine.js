// The machine that runs a tape in a page: one sample, every entry in turn. The script is the same for all plans; a tape
// is data, as `tape_document` writes it. Rates of return follow one rule everywhere.
"use strict";

const fibercapProgram = (() => {
  const EPS = 2.220446049250313e-16;
  const TOUCHING = 1e-12;

  /** Return the whole numbers that a text holds, bytes of seven bits, the low ones first. */
  function wholeNumbers(text) {
    const bytes = atob(text), values = new Int32Array(bytes.length);
    let count = 0;
    for (let n = 0; n < bytes.length; n++) {
      let byte = bytes.charCodeAt(n), value = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = bytes.charCodeAt(++n);
        value |= (byte & 127) << shift;
      }
      values[count++] = value;
    }
    return values.subarray(0, count);
  }

  /** Return the operations of a tape with the places of their operands in one memory: numbers, inputs, operations. */
  function unpack(tape) {
    const does = Uint8Array.from(atob(tape.does), (byte) => byte.charCodeAt(0));
    const written = wholeNumbers(tape.operands), start = tape.numbers.length, rates = [];
    const [a, b, c] = [0, 1, 2].map(() => new Int32Array(does.length));
    let next = start + tape.inputs, at = 0;
    const place = () => {
      const value = written[at++];
      return value & 1 ? value >> 1 : next - (value >> 1);
    };
    for (let n = 0; n < does.length; n++, next++) {
      if (does[n] === 18) {
        const times = tape.times[written[at++]], flows = new Int32Array(written[at++]);
        c[n] = place();
        for (let k = 0; k < flows.length; k++) flows[k] = place();
        a[n] = rates.push(new Rate(times, flows)) - 1;
        continue;
      }
      a[n] = place();
      if (does[n] < 16) b[n] = place();
      if (does[n] === 14) c[n] = place();
    }
    return { does, a, b, c, rates, kept: placesOfResults(tape), size: next };
  }

  function placesOfResults(tape) {
    let last = tape.numbers.length;
    return wholeNumbers(tape.kept).map((value) => {
      if (value & 1) return value >> 1;
      return (last += value & 2 ? -(value >> 2) : value >> 2);
    });
  }

  /** Return what runs a tape: `run` takes the inputs in its order, `at` gives a result by number, `results` all. */
  function machine(tape) {
    const { does, a, b, c, rates, kept, size } = unpack(tape), first = tape.numbers.length;
    const memory = new Float64Array(size);
    memory.set(tape.numbers.map((value) => (value === null ? NaN : value)));
    const run = (inputs) => {
      memory.set(inputs, first);
      for (let n = 0, to = first + tape.inputs; n < does.length; n++, to++) {
        const x = memory[a[n]], y = memory[b[n]];
        switch (does[n]) {
          case 0: memory[to] = x + y; break;
          case 1: memory[to] = x - y; break;
          case 2: memory[to] = x * y; break;
          case 3: memory[to] = y === 0 ? NaN : x / y; break;
          case 4: memory[to] = x === 1 ? 1 : x ** y; break;
          case 5: memory[to] = Math.min(x, y); break;
          case 6: memory[to] = Math.max(x, y); break;
          case 7: memory[to] = x !== x ? y : y !== y ? x : Math.min(x, y); break;
          case 8: memory[to] = x !== x ? y : y !== y ? x : Math.max(x, y); break;
          case 9: memory[to] = x < y ? 1 : 0; break;
          case 10: memory[to] = x <= y ? 1 : 0; break;
          case 11: memory[to] = x === y ? 1 : 0; break;
          case 12: memory[to] = x !== 0 && y !== 0 ? 1 : 0; break;
          case 13: memory[to] = x !== 0 || y !== 0 ? 1 : 0; break;
          case 14: memory[to] = x !== 0 ? y : memory[c[n]]; break;
          case 15: memory[to] = rounded(x, y); break;
          case 16: memory[to] = Math.ceil(x); break;
          case 17: memory[to] = x !== x ? 0 : x; break;
          case 18: memory[to] = rates[a[n]].of(memory, memory[c[n]]); break;
          default: throw new Error(`operation ${does[n]} is not known`);
        }
      }
    };
    return { run, at: (number) => memory[kept[number]], results: () => Float64Array.from(kept, (place) => memory[place]) };
  }

  /** A rate of return: the times of its flows, and where they stand; kept while its flows stay. */
  class Rate {
    constructor(times, places) {
      this.times = times;
      this.places = places;
      this.flows = new Float64Array(places.length);
      this.rate = NaN;
    }

    of(memory, least) {
      let moved = false;
      for (let n = 0; n < this.flows.length; n++) {
        const value = memory[this.places[n]], flow = Math.abs(value) > least ? value : 0;
        if (flow !== this.flows[n]) {
          this.flows[n] = flow;
          moved = true;
        }
      }
      if (moved) this.rate = onlyRate(this.times, this.flows);
      return this.rate;
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
    const largest = flows.reduce((most, flow) => Math.max(most, Math.abs(flow)), 0) || 1;
    const order = Array.from(times, (_, n) => n).sort((one, other) => times[one] - times[other] || one - other);
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
