import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { putCopyBack } from '../../../src/eventlog/rescueFile.ts';
import { newLogPath } from './support.ts';

it('a copy that is put back takes the place of no file that came in between, and leaves nothing half done', async () => {
  const file = newLogPath();
  fs.writeFileSync(file, 'ours');
  const fd = fs.openSync(file, 'r');
  fs.rmSync(file);
  fs.writeFileSync(file, 'theirs');
  await expect(putCopyBack(file, fd)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(fs.readFileSync(file, 'utf8')).toBe('theirs');
  fs.rmSync(file);
  await putCopyBack(file, fd);
  fs.closeSync(fd);
  expect(fs.readFileSync(file, 'utf8')).toBe('ours');
  expect(fs.readdirSync(path.dirname(file))).toEqual(['events.jsonl']);
});
