import { describe, expect, it } from 'vitest';
import { RedactionTale } from '../../../../src/artifacts/proof/redaction.ts';

describe('a bundle', () => {
  it('states what a log says of redaction', () => {
    const told = (...events: [type: string, payload: Record<string, unknown>][]) => {
      const tale = new RedactionTale();
      for (const [type, payload] of events) tale.take({ type, payload });
      return tale.told();
    };
    expect(told(['session_started', {}], ['input_text', { data: 'x' }])).toBeNull();
    expect(
      told(
        ['session_started', { redact: [{ rule: 'env:TOKEN', values: 1 }, { rule: 7 }, 'x'] }],
        ['redacted', { counts: { 'env:TOKEN': 2, file: -1 } }],
        ['redacted', { counts: { 'env:TOKEN': 3 } }],
        ['input_text', { data: '***', redacted: 'no_echo' }],
        ['input_text', { data: '***', redacted: 'secret' }],
      ),
    ).toEqual({ rules: [{ rule: 'env:TOKEN', values: 1 }], masked: { 'env:TOKEN': 5 }, noEchoInputs: 1 });
    expect(told(['session_started', { redact: 'TOKEN' }], ['redacted', { counts: null }])).toBeNull();
  });
});
