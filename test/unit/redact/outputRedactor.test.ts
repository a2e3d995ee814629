import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../src/protocol/columns.ts';
import { Redaction } from '../../../src/redact/redaction.ts';
import { invariant } from '../../../src/base/invariant.ts';
import { splitAt } from '../../support/splits.ts';

const SECRET = 'hunter2-Tr0ub4dor&3';
const MASK = '*'.repeat(SECRET.length);

function redactionOf(values: readonly string[], patterns = false): Redaction {
  const redaction = Redaction.of({ variables: [], environment: new Map(), values, patterns });
  invariant(redaction !== undefined, 'something is to be masked');
  return redaction;
}

/** `text` fed in the pieces that `cuts` make, then flushed. */
function masked(redaction: Redaction, text: string | Buffer, cuts: readonly number[] = []): string {
  const redactor = redaction.redactor(() => undefined);
  const given = splitAt(Buffer.from(text), cuts).map((chunk) => Buffer.from(redactor.feed(chunk)));
  return Buffer.concat([...given, redactor.flush()]).toString();
}

const secret = (text: string, cuts: readonly number[] = []): string => masked(redactionOf([SECRET]), text, cuts);

describe('what is masked', () => {
  it('the value itself, with as many asterisks, and nothing else', () => {
    expect(secret(`key=${SECRET}; echo ${SECRET}\r\n`)).toBe(`key=${MASK}; echo ${MASK}\r\n`);
    expect(secret('hunter1-Tr0ub4dor&3 hunter')).toBe('hunter1-Tr0ub4dor&3 hunter');
  });

  it('the value with colours and other sequences between its characters', () => {
    const coloured = Array.from(SECRET)
      .map((char, i) => `\u001b[3${i % 8}m${char}\u001b[0m`)
      .join('');
    expect(secret(`${coloured}!`)).toBe(coloured.replaceAll(/(?<=m)[^\u001b](?=\u001b)/g, '*') + '!');
    const titled = `${SECRET.slice(0, 5)}\u001b]0;a title\u0007\u001b(B\u001b[K\u001b=${SECRET.slice(5)}`;
    expect(secret(titled)).not.toMatch(/hunte|Tr0ub/);
    expect(secret(titled)).toContain('a title');
  });

  it.each([
    ['a new line as fold makes it', '\r\n'],
    ['a new line alone', '\n'],
    ['the blank and return of a line editor', ' \r'],
    ['a carriage return', '\r'],
  ])('the value wrapped by %s', (_, wrap) => {
    const wrapped = SECRET.replaceAll(/.{4}/g, `$&${wrap}`);
    expect(secret(`x${wrapped}x`)).toBe(`x${MASK.replaceAll(/.{4}/g, `$&${wrap}`)}x`);
  });

  it('a value with blanks, also where it is wrapped behind one', () => {
    const phrase = redactionOf(['correct horse battery staple']);
    expect(masked(phrase, 'correct horse \r\nbattery staple.')).toBe('**************\r\n**************.');
    expect(masked(phrase, 'correct hor \rse battery staple.')).toBe('*********** \r*****************.');
  });

  it('characters struck over themselves, as bold is printed', () => {
    const struck = Array.from(SECRET)
      .map((char) => `${char}\b${char}`)
      .join('');
    expect(secret(`${struck} x`)).toBe(`${'*\b*'.repeat(SECRET.length)} x`);
  });

  it('the first character of a line printed twice, as zsh goes to the next line', () => {
    const typed = 'say hunter2-T \r\u001b[Kr\rr0ub4dor& \r\u001b[K3\r3 x';
    expect(secret(typed)).toBe('say ********* \r\u001b[K*\r********* \r\u001b[K*\r* x');
    expect(secret('hunter2-T\rr0ub4dor&3')).not.toContain('r0ub');
    const token = 'sk-abcdefghijklmnopqrs \r\u001b[Kt\rtuvwxyz0123 \r\u001b[K4\r456 x';
    expect(masked(redactionOf([], true), token).replaceAll('*', '')).toBe(' \r\u001b[K\r \r\u001b[K\r x');
  });

  it('one character a line, also the same one twice', () => {
    const doubled = 'aabbccddeeff';
    const folded = Array.from(doubled).join('\r\n');
    expect(masked(redactionOf([doubled]), folded)).toBe(
      Array.from(doubled)
        .map(() => '*')
        .join('\r\n'),
    );
  });

  it('the value in a title, and text after it as before', () => {
    expect(secret(`\u001b]2;run ${SECRET}\u0007text ${SECRET}`)).toBe(`\u001b]2;run ${MASK}\u0007text ${MASK}`);
  });

  it('a value of several lines, as a terminal ends them', () => {
    const key = redactionOf(['first line of it\nand the second\n']);
    expect(masked(key, 'x\r\nfirst line of it\r\nand the second\r\ny')).toBe(
      `x\r\n${'*'.repeat(16)}\r\n${'*'.repeat(14)}\r\ny`,
    );
  });

  it('half of it and more when the rest does not follow, and no less', () => {
    expect(secret('hunter2-Tr… hunter2-T…')).toBe('**********… hunter2-T…');
  });

  it('wide and combining characters with as many columns', () => {
    const wide = 'パスワード-pa\u0301ss';
    expect(masked(redactionOf([wide]), `<${wide}>`)).toBe(`<${'*'.repeat(10)}*****>`);
  });

  it.each([
    ['a URL', encodeURIComponent(SECRET)],
    ['JSON', JSON.stringify('back\\slash "quotes" and more').slice(1, -1)],
    ['hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['HTML', SECRET.replace('&', '&amp;')],
    ['a shell line', 'hunter2-Tr0ub4dor\\&3'],
  ])('the value as it stands in %s', (_, form) => {
    const redaction = redactionOf([SECRET, 'back\\slash "quotes" and more']);
    expect(masked(redaction, `a ${form} b`)).toBe(`a ${'*'.repeat(form.length)} b`);
  });

  it.each([
    ['a POSIX shell', `'\\''`, `'\\''\\'\\'''\\''`],
    ['fish', `\\'`, `\\\\\\'`],
    ['PowerShell', `''`, `''''`],
  ])('the value with quotes as %s writes it, also inside a quoted line', (_, once, twice) => {
    const quoted = redactionOf([`a"b'c and much more'`]);
    for (const quote of [once, twice]) {
      const line = `a"b${quote}c and much more${quote}`;
      expect(masked(quoted, `echo ${line}.`)).toBe(`echo ${'*'.repeat(line.length)}.`);
    }
  });

  it('a key of 4,096 bits', () => {
    const key = `-----BEGIN KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/AbCdEfGhIjKlMnOpQrStUvWxYz0123\n'.repeat(50)}`;
    const encoded = Buffer.from(key).toString('base64');
    for (const text of [key.replaceAll('\n', '\r\n'), JSON.stringify(key), encoded]) {
      expect(masked(redactionOf([key]), text).replaceAll(/[*\r\n"]/g, '').length).toBeLessThan(5);
    }
  });

  it('base64 with the value at any place in it', () => {
    for (let before = 0; before < 3; before++) {
      const encoded = Buffer.from(`${'u:'.slice(0, before)}${SECRET}`).toString('base64');
      const left = masked(redactionOf([SECRET]), encoded)
        .replaceAll('*', '')
        .replaceAll('=', '');
      expect(left.length).toBeLessThanOrEqual(5);
    }
  });
});

describe('well-known tokens', () => {
  const shapes = redactionOf([], true);
  const alnum = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6lM9oR2u';
  it.each([
    ['AWS', ['AKIA', 'ABCD2345EFGH6789'].join('')],
    ['GitHub', `ghp_${alnum.slice(0, 36)}`],
    ['GitHub, fine-grained', `github_pat_${alnum}_${alnum}`],
    ['GitLab', `glpat-${alnum.slice(0, 20)}`],
    ['Slack', ['xoxb', '123456789012', 'abcdefABCDEF'].join('-')],
    ['sk-', `sk-ant-api03-${alnum}-${alnum}`],
    ['Google', `AIza${alnum.slice(0, 35)}`],
    ['npm', `npm_${alnum.slice(0, 36)}`],
    ['Stripe', `sk_live_${alnum.slice(0, 24)}`],
    ['JWT', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${alnum}`],
  ])('%s', (_, token) => {
    expect(masked(shapes, `x ${token} y\r\nnext`)).toBe(`x ${'*'.repeat(token.length)} y\r\nnext`);
    expect(masked(shapes, `"${token.slice(0, 12)}\u001b[1m${token.slice(12)}"`)).not.toContain(token.slice(-6));
  });

  it('ends with its line, so that the next one stays', () => {
    expect(masked(shapes, `sk-${alnum}\r\nnext line`)).toBe(`${'*'.repeat(3 + alnum.length)}\r\nnext line`);
  });

  it('not inside a word, not too short', () => {
    const plain = `task-abcdefghijklmnopqrstuvwxyz risk-${alnum} sk-short ghp_1 eyJhb.c`;
    expect(masked(shapes, plain)).toBe(plain);
  });

  it('the body of a private key, up to its end and no further', () => {
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/=\r\n'.repeat(20);
    const key = `-----BEGIN RSA PRIVATE KEY-----\r\n${body}-----END RSA PRIVATE KEY-----\r\nnot secret-----\r\n`;
    const shown = masked(shapes, key);
    expect(shown).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\r\n\**\r\n/);
    expect(shown).not.toContain('MIIE');
    expect(shown).toMatch(/RSA PRIVATE KEY-----\r\nnot secret-----\r\n$/);
  });

  it('a shape that goes on and on without showing itself is given up', () => {
    const blob = `eyJ${alnum.repeat(200)} end`;
    expect(masked(shapes, blob)).toBe(blob);
  });
});

/** Noise that a terminal shows nothing for. */
const unseen = fc.constantFrom('', '', '', '\u001b[1;31m', '\u001b[0m', '\r\n', ' \r', '\u001b]0;x\u0007', '\u001b(B');
const plainText = fc.string({ unit: fc.constantFrom('a', 'b', 'h', 'u', ' ', 'é', '漢', '\r\n', '\u001b[m', '1') });
const value = fc.string({
  unit: fc.constantFrom('h', 'u', 'n', 't', '2', '&', 'é', '漢'),
  minLength: 8,
  maxLength: 20,
});

/** What a screen would show, ends of lines taken out. */
function seen(text: string): string {
  return text.replaceAll(/\u001b\][^\u0007]*\u0007|\u001b\[[0-9;]*[A-Za-z]|\u001b\(B| \r(?!\n)|[\r\n]/g, '');
}

const columns = (text: string): number => [...seen(text)].reduce((sum, char) => sum + columnsOf(char), 0);

describe('any text', () => {
  it('is masked the same however it is split', () => {
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 30 });
    const parts = fc.array(fc.oneof(plainText, fc.constant('secret')), { maxLength: 12 });
    fc.assert(
      fc.property(value, parts, fc.array(unseen, { minLength: 1 }), cuts, (own, texts, noise, at) => {
        const hidden = [...own].map((char, i) => char + (noise[i % noise.length] ?? '')).join('');
        const text = texts.map((part) => (part === 'secret' ? hidden : part)).join('');
        const redaction = redactionOf([own], true);
        const whole = masked(redaction, text);
        expect(masked(redaction, text, at)).toBe(whole);
        expect(columns(whole)).toBe(columns(text));
        expect(seen(whole)).not.toContain(own);
      }),
    );
  });

  it('without a secret comes out as it went in, bytes that are no text too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat({ max: 400 })), (bytes, cuts) => {
        const redactor = redactionOf(['hunter2-Tr0ub4dor'], true).redactor(() => undefined);
        const given = splitAt(Buffer.from(bytes), cuts).map((chunk) => Buffer.from(redactor.feed(chunk)));
        expect(Buffer.concat([...given, redactor.flush()])).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('what is held back', () => {
  const redactor = (onFound: (rule: string) => void = () => undefined) => redactionOf([SECRET]).redactor(onFound);

  it('is at most the beginning of a secret', () => {
    const one = redactor();
    expect(one.feed(Buffer.from('say hunt')).toString()).toBe('say ');
    expect(one.isHolding).toBe(true);
    expect(one.feed(Buffer.from('ing')).toString()).toBe('hunting');
    expect(one.isHolding).toBe(false);
  });

  it('is told apart: a letter or two from what looks like a secret', () => {
    const one = redactor();
    one.feed(Buffer.from('hun'));
    expect(one.isTelling).toBe(false);
    one.feed(Buffer.from('t'));
    expect(one.isTelling).toBe(true);
  });

  it('goes out when it is released, and the rest is masked from there', () => {
    const one = redactor();
    one.feed(Buffer.from('hunt'));
    expect(one.release().toString()).toBe('hunt');
    expect(one.feed(Buffer.from(`${SECRET.slice(4)}!`)).toString()).toBe(`${'*'.repeat(SECRET.length - 4)}!`);
  });

  it('goes out masked when a part went out before: a secret that is typed slowly shows its beginning only', () => {
    const one = redactor();
    const shown = Array.from(SECRET).map((char) => one.feed(Buffer.from(char)).toString() + one.release().toString());
    expect(shown.join('')).toBe(`hun${'*'.repeat(SECRET.length - 3)}`);
  });

  it('has an end when sequences come without one', () => {
    const one = redactor();
    one.feed(Buffer.from('hunt'));
    let held = '';
    for (let i = 0; i < 3000; i++) held += one.feed(Buffer.from('\u001b[0m')).toString();
    expect(held.startsWith('hunt\u001b[0m')).toBe(true);
  });

  it('is counted once for each secret, by its rule', () => {
    const found: string[] = [];
    masked(redactionOf([SECRET]), SECRET);
    const one = redactor((rule) => found.push(rule));
    for (const byte of Buffer.from(`${SECRET} ${encodeURIComponent(SECRET)} hunter`)) one.feed(Buffer.from([byte]));
    one.flush();
    expect(found).toEqual(['values', 'values']);
  });
});
