// What the logs of the slots prove. It trusts nothing of the engine but the order of its own calls.

/** Holds of a slot as {from, to, limit, killed}; one that was killed ends at the kill, one that goes on at `until`. */
export function holdsOf(slot, until) {
  const ends = [...slot.lines(), ...slot.kills.map((t) => ({ what: 'K', t }))].toSorted((a, b) => a.t - b.t);
  const holds = [];
  let begun;
  const { limit } = slot.spec;
  for (const { what, t, more } of ends) {
    if (what === 'A') begun = { from: t, limit, fence: Number(more) };
    if ((what === 'R' || what === 'K') && begun !== undefined) {
      if (t > begun.from) holds.push({ ...begun, to: t, killed: what === 'K' });
      begun = undefined;
    }
  }
  if (begun !== undefined && until > begun.from) holds.push({ ...begun, to: until, killed: false });
  return holds;
}

/**
 * Most holds at one time, and the holds that were let in beside as many as their own limit or more. Those let in later do not count
 * against a hold: the two may write down their beginning in the other order. Ties: beginnings first.
 */
export function sweep(holds) {
  const edges = holds
    .flatMap((hold) => [
      { t: hold.from, step: 1, hold },
      { t: hold.to, step: -1, hold },
    ])
    .toSorted((a, b) => a.t - b.t || b.step - a.step);
  const live = new Set();
  let peak = 0;
  let violations = 0;
  for (const { step, hold } of edges) {
    if (step === -1) {
      live.delete(hold);
      continue;
    }
    const before = [...live].filter(({ fence }) => fence < hold.fence).length;
    if (before >= hold.limit) violations++;
    live.add(hold);
    peak = Math.max(peak, live.size);
  }
  return { peak, violations };
}

/** How long the places of killed holders stood empty, in ms: a grant is taken to fill what was released, if anything was. */
export function idleAfterKill(holds, window) {
  const edges = holds
    .flatMap((hold) => [
      { t: hold.from, what: 'grant' },
      { t: hold.to, what: hold.killed ? 'kill' : 'release' },
    ])
    .toSorted((a, b) => a.t - b.t);
  const idle = [];
  let released = 0;
  const killed = [];
  for (const { t, what } of edges) {
    if (what === 'release') released++;
    else if (what === 'kill') killed.push(t);
    else if (released > 0) released--;
    else if (killed.length > 0) {
      const since = killed.shift();
      if (since >= window.from && t <= window.to) idle.push(t - since);
    }
  }
  return idle;
}

/** Waits that ended with a place within the window, in ms. */
export function waitsOf(slots, window) {
  return slots.flatMap((slot) => {
    const waits = [];
    let since;
    for (const { what, t } of slot.lines()) {
      if (what === 'W') since = t;
      if (what === 'A' && since !== undefined && t >= window.from && t <= window.to) waits.push(t - since);
    }
    return waits;
  });
}

/** Jain's fairness index: 1 when all got the same. */
export function jain(counts) {
  const sum = counts.reduce((total, n) => total + n, 0);
  const squares = counts.reduce((total, n) => total + n * n, 0);
  return squares === 0 ? 0 : (sum * sum) / (counts.length * squares);
}

export function percentile(values, fraction) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
