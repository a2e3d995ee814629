import { describe, expect, it } from 'vitest';
import { PromptGate } from '../../../../src/host/session/promptGate.ts';
import { PromptTracker } from '../../../../src/host/run/promptTracker.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';
import { ownShell } from '../../../support/ownShell.ts';

describe('the gate before the prompt', () => {
  it('stays shut while the shell may still act on an interrupt', async () => {
    const clock = new FakeClock();
    const pty = new FakePty({ clock });
    const tracker = new PromptTracker('line_editor', 0);
    tracker.bracketedPasteSwitched(true);
    const gate = new PromptGate({ clock, pty, tracker, readers: ownShell() });
    await gate.untilReady(new AbortController().signal);
    gate.interrupted();
    let isOpen = false;
    const ready = gate.untilReady(new AbortController().signal).then(() => (isOpen = true));
    clock.advance(99);
    await Promise.resolve();
    expect(isOpen).toBe(false);
    clock.advance(200);
    await ready;
  });
});
