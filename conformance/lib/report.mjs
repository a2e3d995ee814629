// What came out, for people and for programs. Several repeats of a case count as one cell: it passes when all did.

/** Sums: {passed, failed, notApplicable, notYet, total}; what does not apply is no part of the total, notYet is a part of that. */
export function figures(results) {
  const count = (status) => results.filter((one) => one.status === status).length;
  const [passed, failed, notApplicable] = [count('pass'), count('fail'), count('n/a')];
  const notYet = results.filter(({ reason = '' }) => reason.startsWith('not yet')).length;
  return { passed, failed, notApplicable, notYet, total: passed + failed };
}

function rowsOf(results, shells) {
  const rows = new Map();
  for (const one of results) {
    const row = rows.get(one.id) ?? { id: one.id, title: one.title, cells: new Map() };
    row.cells.set(one.shell, [...(row.cells.get(one.shell) ?? []), one]);
    rows.set(one.id, row);
  }
  return [...rows.values()].map(({ id, title, cells }) => ({
    id,
    title,
    cells: shells.map((shell) => cellOf(cells.get(shell) ?? [])),
  }));
}

function cellOf(repeats) {
  const failed = repeats.filter(({ status }) => status === 'fail').length;
  if (failed > 0) return repeats.length === 1 ? 'FAIL' : `FAIL ${failed}/${repeats.length}`;
  return repeats[0]?.status ?? '-';
}

function unique(results, keep) {
  const seen = new Set();
  return results.filter(keep).filter(({ id, shell }) => !seen.has(`${id} ${shell}`) && seen.add(`${id} ${shell}`));
}

function failures(results) {
  return results
    .filter(({ status }) => status === 'fail')
    .flatMap(({ id, shell, faults, repeat }) => faults.map((fault) => ({ id, shell, fault, repeat })));
}

/** The table, what failed, and `N/M`. */
export function asText(results, { shells, about }) {
  const rows = rowsOf(results, shells);
  const width = Math.max(4, ...rows.map(({ id }) => id.length));
  const line = (cells) =>
    cells
      .map((cell) => cell.padEnd(8))
      .join(' ')
      .trimEnd();
  const { passed, total, notApplicable } = figures(results);
  const faults = failures(results).map(({ id, shell, fault }) => `FAIL ${id} (${shell}): ${fault}`);
  return [
    `${'case'.padEnd(width)}  ${line(shells)}`,
    ...rows.map(({ id, cells }) => `${id.padEnd(width)}  ${line(cells)}`),
    ...(faults.length === 0 ? [] : ['', ...faults]),
    '',
    `${about}: ${passed}/${total} pass, ${notApplicable} do not apply`,
    '',
  ].join('\n');
}

const escapeCell = (text) => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

/** The same as a page of Markdown, with the reasons of what does not apply. */
export function asMarkdown(results, { shells, about }) {
  const { passed, total, notApplicable } = figures(results);
  const reasons = unique(results, ({ status }) => status === 'n/a');
  const notes = unique(results, (one) => one.notes.length > 0);
  const faults = failures(results);
  const bullet = ({ id, shell, text }) => `- \`${id}\` (${shell}): ${escapeCell(text)}`;
  return [
    `# Conformance: ${about}`,
    '',
    `**${passed}/${total}** pass; ${notApplicable} do not apply.`,
    '',
    `| case | ${shells.join(' | ')} | what it is |`,
    `|---|${shells.map(() => '---|').join('')}---|`,
    ...rowsOf(results, shells).map(
      ({ id, title, cells }) => `| \`${id}\` | ${cells.join(' | ')} | ${escapeCell(title)} |`,
    ),
    ...(faults.length === 0 ? [] : ['', '## Failures', '']),
    ...faults.map(({ id, shell, fault }) => bullet({ id, shell, text: fault })),
    ...(notes.length === 0 ? [] : ['', '## What a shell makes impossible: an honest answer is enough', '']),
    ...notes.map(({ id, shell, notes: [text] }) => bullet({ id, shell, text })),
    ...(reasons.length === 0 ? [] : ['', '## What does not apply, and why', '']),
    ...reasons.map(({ id, shell, reason }) => bullet({ id, shell, text: reason })),
    '',
  ].join('\n');
}

/** The same for programs. */
export function asJson(results, { shells, about, seed }) {
  return `${JSON.stringify({ about, seed: seed ?? null, shells, ...figures(results), results }, undefined, 1)}\n`;
}
