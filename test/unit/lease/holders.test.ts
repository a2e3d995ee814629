import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyPaths } from '../../../src/lease/layout.ts';
import { whereabouts } from '../../../src/lease/work.ts';
import { filesIn, KEY, newEngine, newRoot, plantHolder, request } from './support.ts';

function recordOf(changes: Record<string, unknown> = {}, holder: Record<string, unknown> = {}): string {
  const base = { v: 1, label: 'demo', session: null, heldSinceMs: null, work: null } as const;
  return JSON.stringify({ ...base, holder: { ...whereabouts(), pid: 1, startTicks: '1', ...holder }, ...changes });
}

describe('what lies among the holders', () => {
  it('counts file by file: two holders are two, whatever their names', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'x' }), 'demo.json');
    plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'x' }), 'demo.slot-0.json');
    expect(await engine.acquire(request(root, 2))).toMatchObject({ capacity: { active: 2, limit: 2 } });
    expect((await engine.acquire(request(root, 3))).kind).toBe('acquired');
  });

  it.each([
    ['half a record', '{'],
    ['nothing', ''],
    ['a record of another schema', recordOf({ v: 2 })],
    ['a record without its holder', JSON.stringify({ v: 1, label: 'demo', session: null, work: null })],
  ])('takes a place with %s, and keeps its bytes and its time', async (_, text) => {
    const root = newRoot();
    const { engine } = newEngine();
    const place = plantHolder(root, text);
    const { mtimeMs } = fs.statSync(place);
    expect(await engine.acquire(request(root, 1))).toMatchObject({ kind: 'blocked', capacity: { active: 1 } });
    expect({ text: fs.readFileSync(place, 'utf8'), mtimeMs: fs.statSync(place).mtimeMs }).toEqual({ text, mtimeMs });
  });

  it('takes a place as a link, a directory or a file that is not ours, and none of it is touched', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const target = path.join(newRoot(), 'target');
    fs.writeFileSync(target, 'keep');
    const { held } = keyPaths(root, KEY);
    fs.mkdirSync(held, { recursive: true, mode: 0o700 });
    fs.symlinkSync(target, path.join(held, 'link'));
    fs.mkdirSync(path.join(held, 'directory'));
    fs.writeFileSync(path.join(held, 'notes.txt'), 'mine');
    fs.writeFileSync(path.join(held, 'other.json'), recordOf()); // the holder is dead, but the name is not ours to judge
    expect(await engine.acquire(request(root, 4))).toMatchObject({ kind: 'blocked', capacity: { active: 4 } });
    expect(filesIn(root, 'held')).toEqual(['directory', 'link', 'notes.txt', 'other.json']);
    expect(fs.readFileSync(target, 'utf8')).toBe('keep');
  });

  it('is taken out when its holder is dead and left no work', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    plantHolder(root, recordOf());
    expect((await engine.acquire(request(root, 1))).kind).toBe('acquired');
    expect(filesIn(root, 'held')).toHaveLength(1);
  });

  it('of another machine takes a place however old it is', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const place = plantHolder(root, recordOf({}, { host: 'elsewhere', bootId: 'other-boot' }));
    fs.utimesSync(place, new Date(0), new Date(0));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
  });

  it('of a boot before this one takes no place, and one of a boot that nobody knows takes one', async () => {
    const root = newRoot();
    const { engine } = newEngine();
    const work = { kind: 'process', id: 1, startTicks: '1', mark: null };
    plantHolder(root, recordOf({ work }, { bootId: 'unknown-box' }));
    expect((await engine.acquire(request(root, 1))).kind).toBe('blocked');
    fs.rmSync(keyPaths(root, KEY).directory, { recursive: true });
    plantHolder(root, recordOf({ work }, { bootId: 'the-boot-before' }));
    expect((await engine.acquire(request(root, 1))).kind).toBe('acquired');
  });
});
