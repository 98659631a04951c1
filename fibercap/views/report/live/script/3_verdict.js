// The verdict on the plan as it is now: comparisons that the tape has made, put into the words of the first page.

/** Return what is wrong with an option, covenants with the least room first, then cash, uses and claims. */
function wrongWith(plan, option) {
  const words = plan.data.words.findings;
  const covenants = option.covenants.map((covenant) => ({ covenant, tight: tightest(plan, option, covenant) }));
  const broken = covenants.filter(({ tight }) => tight.broken.length);
  broken.sort((one, other) => one.tight.room - other.tight.room);
  const found = broken.map(({ covenant, tight }) =>
    fill(words.covenant_broken, { loan: covenant.loan, says: covenant.says, when: dated(plan, tight.broken[0]) }));
  return [...found, ...dry(plan, option), ...unfunded(plan, option), ...unexpected(plan, option)];
}

const dated = (plan, when) => (when === plan.data.words.in_total ? "" : ` in ${when}`);

/** Return the test of a covenant with the least room, and the dates on which it is broken. */
function tightest(plan, option, covenant, written = false) {
  const part = (name) => plan.get(option, `covenant/${covenant.name}/${name}`, written);
  const [values, limits, holds, rooms, beyond] = ["value", "limit", "holds", "room", "beyond"].map(part);
  const room = (n) => (beyond[n] ? -Infinity : rooms[n]);
  const broken = covenant.dates.filter((_, n) => !holds[n]);
  const lowest = values.reduce((low, _, n) => (room(n) < low ? room(n) : low), Infinity);
  const least = values.findIndex((_, n) => room(n) <= lowest + 1e-9);
  if (least < 0) return { broken, room: NaN };
  return {
    broken, room: room(least), value: values[least], limit: limits[least], when: covenant.dates[least],
    beyond: beyond[least] > 0,
  };
}

function dry(plan, option) {
  const cash = plan.get(option, "free_cash"), trifle = plan.get(option, "sound")[1];
  const within = plan.data.periods.length, { findings, later } = plan.data.words, money = plan.data.currency;
  return [[0, within], [within, cash.length]].flatMap(([start, end]) => {
    const part = cash.slice(start, end), first = part.findIndex((value) => value < -trifle);
    if (first < 0) return [];
    const lowest = quantity(part.reduce((least, value) => Math.min(least, value), Infinity), money);
    const when = ` in ${option.labels[start + first]}`;
    return [fill(findings.cash_below_zero, { later: start ? later : "", when, lowest })];
  });
}

function unfunded(plan, option) {
  const trifle = plan.get(option, "sound")[1], { findings } = plan.data.words;
  return Object.entries(option.uses).flatMap(([key, name]) => {
    const gap = plan.one(option, `unfunded/${key}`);
    return gap > trifle ? [fill(findings.uses_unfunded, { amount: quantity(gap, plan.data.currency), name })] : [];
  });
}

function unexpected(plan, option) {
  const { findings } = plan.data.words;
  return option.claims.filter((claim) => (plan.get(option, `claim/${claim.name}`)[2] > 0) !== claim.expected)
    .map((claim) => fill(findings.claim_not_as_expected, { says: claim.says }));
}

/** Return the options with their places in the ranking, the highest worth first, those without one last. */
function ranking(plan, written = false) {
  const ranked = plan.options.map((option) => {
    const [worth, owners, behind, sound, recommended] = plan.get(option, "rank", written);
    return { option, worth, owners, behind, sound: sound > 0, recommended: recommended > 0 };
  });
  const place = ({ worth }) => (Number.isNaN(worth) ? -Infinity : worth);
  return ranked.sort((one, other) => place(other) - place(one));
}

/** Return the first sentence: which option to take. */
function leadOf(plan) {
  const { leads, lead } = plan.data.words;
  if (!plan.moved.length) return lead;
  if (!plan.data.compares) {
    const fails = !(plan.one(plan.option, "sound") > 0);
    return fill(fails ? leads.fails : leads.holds, [plan.option.title]);
  }
  const taken = ranking(plan).filter(({ recommended }) => recommended);
  const names = taken.map(({ option }) => `“${option.title}”`);
  if (!names.length) return leads.none;
  if (names.length > 1) return fill(leads.tie, [joined(names.slice(0, 2))]);
  const worse = taken[0].worth < 0;
  if (plan.options.length === 1) return fill(worse ? leads.only_worse : leads.only, names);
  return fill(worse ? leads.take_worse : taken[0].owners < 0 ? leads.take_owners_lose : leads.take, names);
}
