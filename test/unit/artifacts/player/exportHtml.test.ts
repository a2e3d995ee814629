import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportHtml } from '../../../../src/artifacts/player/exportHtml.ts';
import { parseCast } from '../cast.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';
import { output } from '../../client/support.ts';
import { assetsDirectory } from '../assets.ts';
import { endedSession } from '../endedSession.ts';

const HOSTILE = '</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> & "quoted" \'too\'';

function run(n: number, command: string, exitCode: number): NewEvent[] {
  const runId = `01JZ0000000000000000000001.${n}`;
  const marker = `m${n}`;
  return [
    { type: 'input_run', payload: { command, noWait: false, marker, runId, source: 'hooks' } },
    { type: 'run_started', payload: { runId, inputRunSeq: 1 } },
    output(`${HOSTILE}\r\n`),
    {
      type: 'run_complete',
      payload: {
        marker,
        inputRunSeq: 1,
        runId,
        outcome: 'finished',
        exitCode,
        evidence: [],
        confidence: 'certain',
        durationMs: 5,
      },
    },
  ];
}

/** What stands between the tags of the element with this id. */
function inside(page: string, id: string): string {
  const from = page.indexOf('>', page.indexOf(`id="${id}"`)) + 1;
  return page.slice(from, page.indexOf('</script>', from));
}

describe('the page of a recording', () => {
  it('holds the cast, the runs and the lines, and nothing of a session as markup', async () => {
    const log = endedSession();
    log.clock.advance(2_000);
    log.append(...run(1, `echo '${HOSTILE}'`, 0), ...run(2, 'false', 1));
    const { artifactPath, metadata } = await exportHtml(log.home, 'demo', { assets: assetsDirectory() });
    const page = fs.readFileSync(artifactPath, 'utf8');
    expect(metadata).toMatchObject({ runs: 2, searchableLines: 2, searchIsCut: false, asciicastVersion: 3 });
    const { header, events } = parseCast(inside(page, 'cast').trimStart());
    expect(header).toMatchObject({ term: { cols: 20, rows: 4, theme: { fg: '#ffffff', bg: '#000000' } } });
    expect(events.filter(([, code]) => code === 'o').map(([, , data]) => data)).toEqual([
      `${HOSTILE}\r\n`,
      `${HOSTILE}\r\n`,
    ]);
    expect(JSON.parse(inside(page, 'text'))).toEqual([
      [2, HOSTILE],
      [2, HOSTILE],
    ]);
    expect(page).toContain('<li><button data-at="2" class="ok">2.0 s  run 1: echo &#39;&lt;/script&gt;');
    expect(page).toContain('class="bad">2.0 s  run 2: false\nfinished, exit code 1, 0.0 s</button>');
    // of the session nothing begins an element: the page has the scripts that it means to have
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(page).not.toMatch(/<img|<!--/);
  });

  it('allows nothing but its own scripts to run and nothing to be loaded', async () => {
    const log = endedSession();
    log.append(output('x'));
    const page = fs.readFileSync(
      (await exportHtml(log.home, 'demo', { assets: assetsDirectory() })).artifactPath,
      'utf8',
    );
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^script-src 'wasm-unsafe-eval' 'sha256-[\w+/=]+' 'sha256-[\w+/=]+'$/),
      "style-src 'unsafe-inline'",
      'img-src data:',
      'font-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });
});
