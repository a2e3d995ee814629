import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EMULATOR, PICTURE_RENDERER } from '../../../../src/artifacts/proof/layout.ts';
import { PARTS } from '../../../../src/artifacts/proof/parts.ts';

describe('the table of parts', () => {
  it('names each file once, in lower case', () => {
    const names = PARTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+\.[a-z0-9]+$/);
  });

  it('states the versions that are installed', () => {
    const text = fs.readFileSync('package.json', 'utf8');
    for (const known of [EMULATOR, PICTURE_RENDERER]) {
      const [name = '', version = ''] = known.split(' ');
      expect(text).toContain(`"${name}": "${version}"`);
    }
  });
});
