import { describe, expect, it } from 'vitest';
import { InputRecord } from '../../../../src/host/session/inputRecord.ts';
import { MAX_OUTPUT_RECORD_BYTES } from '../../../../src/protocol/limits.ts';
import { redactionOf } from '../../../support/redactions.ts';

const HIDDEN = { canonical: true, echo: false };
const EDITOR = { canonical: false, echo: false };
const SECRET = 'hunter2-Tr0ub4dor';
const MASK = '*'.repeat(SECRET.length);

/** One key for each character. */
const keysOf = (text: string): string[] => Array.from(text);
const recordOf = (values: readonly string[] = []): InputRecord => new InputRecord(redactionOf(values));

describe('what is typed while the terminal takes lines without echo', () => {
  it('is in the log as asterisks, the ends of its lines as they are', () => {
    expect(recordOf().text(Buffer.from('pässwörd\r\nnext\n'), HIDDEN)).toEqual([
      { data: '********\r\n****\n', redacted: 'no_echo' },
    ]);
    expect(recordOf().keys(['p', 'Ä', 'Shift+x', 'Space', 'Backspace', 'Enter', 'Ctrl+C'], HIDDEN)).toEqual({
      keys: ['*', '*', '*', '*', 'Backspace', 'Enter', 'Ctrl+C'],
      redacted: 'no_echo',
    });
  });

  it.each([
    ['a line editor', EDITOR],
    ['a terminal that echoes', { canonical: true, echo: true }],
    ['a terminal of which nothing is known', undefined],
  ])('is told from %s, where it stands as it was sent', (_, modes) => {
    expect(recordOf().text(Buffer.from('ls\n'), modes)).toEqual([{ data: 'ls\n' }]);
    expect(recordOf().keys(['l', 's', 'Enter'], modes)).toEqual({ keys: ['l', 's', 'Enter'] });
  });

  it('stands there even when it is nothing, or more than one record', () => {
    expect(recordOf().text(Buffer.alloc(0), EDITOR)).toEqual([{ data: '' }]);
    const long = recordOf().text(Buffer.from('x'.repeat(MAX_OUTPUT_RECORD_BYTES + 1)), HIDDEN);
    expect(long.map(({ data }) => data.length)).toEqual([MAX_OUTPUT_RECORD_BYTES, 1]);
  });
});

describe('a secret in what is typed', () => {
  it('is masked, in text and in keys', () => {
    expect(recordOf([SECRET]).text(Buffer.from(`login ${SECRET}\n`), EDITOR)).toEqual([
      { data: `login ${MASK}\n`, redacted: 'secret' },
    ]);
    const keys = ['x', 'Space', ...keysOf(SECRET), 'Enter'];
    expect(recordOf([SECRET]).keys(keys, EDITOR)).toEqual({
      keys: ['x', 'Space', ...keysOf(MASK), 'Enter'],
      redacted: 'secret',
    });
    expect(recordOf(['漢字のパスワード']).keys(keysOf('a漢字のパスワード'), EDITOR).keys).toEqual(keysOf('*********'));
  });

  it('shows no more than its beginning when it is typed in pieces', () => {
    const record = recordOf([SECRET]);
    const typed = [SECRET.slice(0, 6), SECRET.slice(6, 10), SECRET.slice(10)];
    const shown = typed.flatMap((text) => record.text(Buffer.from(text), EDITOR).map(({ data }) => data));
    expect(shown).toEqual(['hunter', '****', '*******']);
    const byKey = recordOf([SECRET]);
    expect(
      keysOf(SECRET)
        .flatMap((key) => byKey.keys([key], EDITOR).keys)
        .join(''),
    ).toBe(`hun${'*'.repeat(14)}`);
  });

  it('is no secret when a key comes between that types nothing', () => {
    const record = recordOf([SECRET]);
    expect(record.keys([...keysOf('hunter'), 'Left', ...keysOf('2-Tr0ub4dor')], EDITOR)).not.toHaveProperty('redacted');
  });
});
