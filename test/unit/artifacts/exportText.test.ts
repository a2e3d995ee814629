import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportText } from '../../../src/artifacts/exportText.ts';
import type { NewEvent } from '../../../src/protocol/events.ts';
import { splitAt } from '../../support/splits.ts';
import { output } from '../client/support.ts';
import { endedSession } from './endedSession.ts';

async function textOf(...events: readonly NewEvent[]): Promise<string> {
  const log = endedSession();
  log.append(...events);
  return fs.readFileSync((await exportText(log.home, 'demo')).artifactPath, 'utf8');
}

describe('the text of a session', () => {
  it('is what could be read, without colours, with lines that were wrapped as one', async () => {
    expect(await textOf(output('\u001b[31mred\u001b[0m  \r\nabc\rX\r\n'), output(`${'w'.repeat(45)}\r\nend`))).toBe(
      `red\nXbc\n${'w'.repeat(45)}\nend\n`,
    );
  });

  it('has every line, also of more than any screen keeps, whatever the pieces', async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => `line ${i}`);
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 6 }), async (cuts) => {
        const pieces = splitAt(bytes, cuts).flatMap((piece) => splitAt(piece, [40_000, 80_000]));
        expect(await textOf(...pieces.map((piece) => output(piece.toString('utf8'))))).toBe(`${lines.join('\n')}\n`);
      }),
      { numRuns: 3 },
    );
  });

  it('has the last screen of a full-screen program behind the rest', async () => {
    const log = endedSession();
    log.append(output('before\r\n\u001b[?1049h\u001b[2J\u001b[H\u001b[3;4Hin the middle'));
    const { artifactPath, metadata } = await exportText(log.home, 'demo');
    expect(fs.readFileSync(artifactPath, 'utf8')).toBe('before\n\n\n   in the middle\n');
    expect(metadata).toMatchObject({ endsOnAlternateScreen: true, cols: 20, rows: 4 });
    expect(await textOf(output('before\r\n\u001b[?1049hgone\u001b[?1049lafter'))).toBe('before\nafter\n');
  });
});
