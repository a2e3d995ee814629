import { describe, expect, it } from 'vitest';
import { Redaction } from '../../../src/redact/redaction.ts';

const SECRET = 'hunter2-Tr0ub4dor&3';
const MASK = '*'.repeat(SECRET.length);

describe('what may be named', () => {
  const environment = new Map([
    ['TOKEN', SECRET],
    ['PIN', '123'],
  ]);
  const of = (variables: string[], values: string[] = []) =>
    Redaction.of({ variables, environment, values, patterns: false });

  it('variables that are set, values that are long enough, and never more than can be looked for', () => {
    expect(of(['TOKEN', 'TOKEN'])?.rules).toEqual([{ rule: 'env:TOKEN', values: 1 }]);
    expect(of([])).toBeUndefined();
    expect(() => of(['NOPE'])).toThrow('the variable "NOPE", which is to be redacted, is not set');
    expect(() => of(['PIN'])).toThrow('fewer than 4 bytes');
    expect(() => of([], ['abc'])).toThrow('value 1 of those to redact');
    expect(() => of([], ['x'.repeat(60_000)])).toThrow('too much to redact');
  });

  it('the error for a short value does not tell it', () => {
    expect(() => of(['PIN'])).not.toThrow('123');
  });

  it('masks a text as a whole', () => {
    expect(of(['TOKEN'])?.mask(`x ${SECRET}`)).toEqual({ text: `x ${MASK}`, isMasked: true });
    expect(of(['TOKEN'])?.mask('hunt')).toEqual({ text: 'hunt', isMasked: false });
  });
});
