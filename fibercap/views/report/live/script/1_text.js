// Numbers and elements of the page. Numbers are written as `views/sentences.py` and `views/numbers.py` write them.
const SCALES = [[1e9, "billion "], [1e6, "million "], [1e3, "thousand "]];
const DASH = "–";

/** Return a number with so many decimals and thousands apart; no minus before a zero, a dash if it is undefined. */
function fixed(value, decimals) {
  if (!Number.isFinite(value)) return DASH;
  const digits = Math.abs(value).toFixed(decimals);
  const [whole, part] = digits.split(".");
  const shown = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  return value < 0 && /[1-9]/.test(digits) ? `-${shown}` : shown;
}

const isMoney = (unit) => /^[A-Z]{3}$/.test(unit);

/** Return a rate with two decimals; one beyond a million percent as `1.4e20`. */
const rateText = (percent) => (Math.abs(percent) < 1e6 ? fixed(percent, 2) : percent.toExponential(1).replace("e+", "e"));

/** Return a number and its unit, as sentences have them. */
function quantity(value, unit, shown) {
  if (!Number.isFinite(value)) return DASH;
  if (unit === "1/year") return `${rateText(100 * value)} %/year`;
  if (unit === "") return fixed(value, 2);
  if (Math.abs(value) >= 1e6 && isMoney(unit)) return `${fixed(value / 1e6, 2)} million ${unit}`;
  if (unit === "year") return `${fixed(value, 2)} years`;
  return `${fixed(value, Math.abs(value) >= 1000 || value === 0 ? 0 : 2)} ${shown || unit}`;
}

/** Return a number and its unit where measures stand side by side: money in millions from a tenth of one on. */
function measureText(value, unit, shown) {
  if (!isMoney(unit) || !Number.isFinite(value)) return quantity(value, unit, shown);
  const size = Math.abs(value) >= 1e5 ? [1e6, "million "] : Math.abs(value) >= 100 ? [1e3, "thousand "] : [1, ""];
  return `${fixed(value / size[0], 2)} ${size[1]}${unit}`;
}

const percent = (share) => `${share > 0 ? "+" : ""}${fixed(100 * share, 1)} %`;

/** Return an amount with no more digits than it needs, as `--set` has it. */
const plain = (value) => String(Number(value.toPrecision(12)));

/** Fill `{}` and `{name}` in words with texts. */
function fill(words, texts) {
  let next = 0;
  return words.replace(/\{(\w*)\}/g, (_, name) => (name ? texts[name] : texts[next++]));
}

const joined = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join(""));

/** Make an element; texts are always texts. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Set a text only where it differs, which spares the browser work. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}
