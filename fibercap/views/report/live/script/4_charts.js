// Charts of the page: steps, areas and points over time, drawn as SVG from the cells of the tape.
const INK = "#1D2935", SOFT = "#5F6B76", FAINT = "#DDE2E6", FAILS = "#C2410C", HOLDS = "#00695C";
const NARROW = window.matchMedia("(max-width: 42rem)").matches;
const VIEW = { width: NARROW ? 360 : 720, height: 230, left: 8, right: 8, top: 22, bottom: 22 };
let charts = 0;

/** Return a figure, and a function that draws what it shows. */
function chart(title) {
  const id = `live-chart-${++charts}`, unit = make("span", { className: "note" });
  const head = make("figcaption", { id }, `${title} `, unit);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${VIEW.width} ${VIEW.height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-labelledby", id);
  const key = make("p", { className: "key" });
  return {
    figure: make("figure", { className: "live" }, head, key, svg),
    name: (text) => say(unit, text),
    key: (entries) => key.replaceChildren(...entries.map(([color, text, line]) =>
      make("span", {}, make("i", { className: line || "", style: `--color: ${color}` }), text))),
    draw: (spec) => { svg.innerHTML = drawing(spec); },
  };
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Return round numbers from the least to the most that are shown, at most so many. */
function ticks(low, high, most = 5) {
  const rough = (high - low || Math.abs(high) || 1) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) * power;
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/** Return the divisor and the word of a unit in which the largest of some numbers is short. */
function scaleFor(numbers) {
  const largest = numbers.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
  return SCALES.find(([size]) => largest >= size) || [1, ""];
}

/**
 * Return a drawing. `labels` name the periods. `layers` are, in order, areas between two rows of steps, lines of steps,
 * or points; `range` has numbers that must be seen; `notes` are texts at a period and a height.
 */
function drawing({ labels, layers, range, notes = [], divisor }) {
  const { width, height, left, right, top, bottom } = VIEW;
  const steps = ticks(Math.min(0, ...range) / divisor, Math.max(0, ...range) / divisor);
  const low = steps[0], high = steps.at(-1) === low ? low + 1 : steps.at(-1);
  const room = 12 + 6.2 * Math.max(...steps.map((step) => tickText(step, steps).length));
  const x = (n) => +(left + room + (n / labels.length) * (width - left - room - right)).toFixed(1);
  const y = (value) => +(top + ((high - value / divisor) / (high - low)) * (height - top - bottom)).toFixed(1);
  const parts = steps.map((step) => {
    const at = y(step * divisor), color = step === 0 ? SOFT : FAINT;
    return `<path d="M${left + room} ${at}H${width - right}" stroke="${color}" stroke-width="${step === 0 ? 1 : 0.8}"/>` +
      `<text x="${left + room - 6}" y="${at + 4}" text-anchor="end">${tickText(step, steps)}</text>`;
  });
  for (const layer of layers) parts.push(drawn(layer, x, y));
  parts.push(years(labels, x, height - bottom));
  for (const { at, value, text, color } of notes) {
    const middle = x(at + 0.5), end = middle > width * (NARROW ? 0.42 : 0.6), above = y(value) < top + 14 ? 16 : -7;
    parts.push(`<circle cx="${middle}" cy="${y(value)}" r="4" fill="${color}" stroke="#fff"/>` +
      `<text class="note" x="${middle + (end ? -8 : 8)}" y="${y(value) + above}" fill="${color}" ` +
      `text-anchor="${end ? "end" : "start"}">${escaped(text)}</text>`);
  }
  return parts.join("");
}

function tickText(step, steps) {
  const gap = Math.abs(steps[1] - steps[0]) || 1, decimals = Math.max(0, -Math.floor(Math.log10(gap) + 1e-9));
  return fixed(step, Math.min(decimals + (gap / 10 ** -decimals % 1 > 1e-6 ? 1 : 0), 4));
}

function drawn({ kind, low, values, color, width = 1.4 }, x, y) {
  if (kind === "points")
    return values.map((value, n) => (Number.isFinite(value)
      ? `<circle cx="${x(n + 0.5)}" cy="${y(value)}" r="3.4" fill="${color(n)}"/>` : "")).join("");
  const path = stepsOf(values, x, y);
  if (kind === "area") {
    const back = values.map((_, n) => values.length - 1 - n).map((n) => `L${x(n + 1)} ${y(low[n])}H${x(n)}`).join("");
    return `<path d="${path}${back}Z" fill="${color}"/>`;
  }
  const dashes = kind === "dashes" ? ' stroke-dasharray="5 3"' : "";
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}"${dashes}/>`;
}

/** Return the path of a value in each period; undefined ones interrupt it. */
function stepsOf(values, x, y) {
  let open = false;
  return values.map((value, n) => {
    if (!Number.isFinite(value)) { open = false; return ""; }
    const move = open ? `V${y(value)}` : `M${x(n)} ${y(value)}`;
    open = true;
    return `${move}H${x(n + 1)}`;
  }).join("");
}

/** Return the axis of time: a tick where a year begins, its name where there is room. */
function years(labels, x, bottom) {
  const names = labels.map((label) => label.split("-")[0]);
  const starts = names.flatMap((name, n) => (name !== names[n - 1] ? [n] : []));
  const every = Math.ceil(starts.length / (NARROW ? 7 : 14));
  return starts.map((n, k) => {
    const end = starts[k + 1] ?? labels.length;
    const text = k % every ? "" : `<text x="${(x(n) + x(end)) / 2}" y="${bottom + 15}" text-anchor="middle">${escaped(names[n])}</text>`;
    return `<path d="M${x(n)} ${bottom}v4" stroke="${SOFT}" stroke-width="0.8"/>${text}`;
  }).join("");
}
