import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_FACTS } from '../../../src/lease/facts.ts';
import type { ProviderFact } from '../../../src/protocol/leaseConfig.ts';

function row(name: string, { kind, limit, identity, envCap }: ProviderFact): string {
  const where =
    identity === undefined
      ? '-'
      : 'accountEnv' in identity
        ? `account ${identity.accountEnv}`
        : `directory ${identity.directoryEnv ?? '-'}, else ${identity.directory}`;
  return `| ${name} | ${kind} | ${limit} | ${where} | ${envCap ?? '-'} |`;
}

describe('the facts about providers', () => {
  it('are those that the page on leases lists, no more and no less', () => {
    const page = fs.readFileSync(new URL('../../../docs/leases.md', import.meta.url), 'utf8');
    const table = /src\/lease\/facts\.ts -->\n\n(?<rows>(?:\|.*\n)+)/.exec(page)?.groups?.['rows'] ?? '';
    const listed = table.trimEnd().split('\n').slice(2);
    const known = Object.entries(BUILT_IN_FACTS).toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(listed).toEqual(known.map(([name, fact]) => row(name, fact)));
  });
});
