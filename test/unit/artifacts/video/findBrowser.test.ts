import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { browserProgram, installedBrowser } from '../../../../src/artifacts/video/findBrowser.ts';
import { like } from '../../../support/like.ts';
import { newDirectory } from '../../client/support.ts';

function program(directory: string, name: string, mode = 0o755): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, '#!/bin/sh\n', { mode });
  return file;
}

describe('the browser that makes videos', () => {
  it('is the one that is named, else the first kind that is on the path', () => {
    const [one, other] = [newDirectory(), newDirectory()];
    const chrome = program(one, 'google-chrome');
    const searchPath = [one, other].join(path.delimiter);
    expect(installedBrowser(searchPath)).toBe(chrome);
    const chromium = program(other, 'chromium');
    expect(browserProgram(undefined, searchPath)).toBe(chromium);
    expect(browserProgram(chrome, searchPath)).toBe(chrome);
  });

  it('is no directory, no plain file, and nothing below a relative path', () => {
    const directory = newDirectory();
    fs.mkdirSync(path.join(directory, 'chromium'));
    const plain = program(directory, 'google-chrome', 0o644);
    expect(installedBrowser(directory)).toBeUndefined();
    expect(
      installedBrowser(path.relative(process.cwd(), path.dirname(program(directory, 'chromium-browser')))),
    ).toBeUndefined();
    expect(() => browserProgram(plain, directory)).toThrow(/is no program that can be run/);
  });

  it('is told how to be had where there is none', () => {
    expect(() => browserProgram(undefined, undefined)).toThrow(
      expect.objectContaining({ code: 'EXPORT_ERROR', hint: like(/apt-get install chromium/) }),
    );
  });
});
