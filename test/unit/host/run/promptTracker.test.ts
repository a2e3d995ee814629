import { describe, expect, it } from 'vitest';
import { ANSWER_MS, PromptTracker, QUIET_MS, SURE_ANSWER_MS } from '../../../../src/host/run/promptTracker.ts';

const AT_PROMPT = { nowMs: 1000, canonical: false, shellInForeground: true } as const;

describe('a shell with hooks', () => {
  it('is ready when it reported a prompt and its editor reads, whichever is told first', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.outputSeen(10);
    tracker.bracketedPasteSwitched(true);
    expect(tracker.readiness(AT_PROMPT)).toBe('starting');
    tracker.shellReported('prompt', 30);
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    expect(tracker.startupMs).toBe(30);
  });

  it('is busy between the mark and the moment its editor reads', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.shellReported('prompt', 5);
    tracker.bracketedPasteSwitched(true);
    tracker.bracketedPasteSwitched(false);
    tracker.shellReported('prompt', 6);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    tracker.bracketedPasteSwitched(true);
    expect(tracker.readiness({ ...AT_PROMPT, canonical: true })).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, shellInForeground: false })).toBe('starting');
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
  });

  it('that draws late is ready when its prompt stands, or when it is silent', () => {
    const tracker = new PromptTracker('hooks', 0, { drawsLate: true });
    const mark = `\u001b]29417;${'0a'.repeat(16)};D;12;0\u0007`;
    const feed = (nowMs: number, text: string): void => tracker.outputSeen(nowMs, Buffer.from(text));
    feed(989, `${mark}\u001b[?2004h\u001b]0;title\u0007`);
    tracker.bracketedPasteSwitched(true);
    tracker.shellReported('prompt', 989);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 988 + QUIET_MS })).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 989 + QUIET_MS })).toBe('ready');
    feed(990, '> ');
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    feed(991, mark);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
  });

  it('comes to its prompt by itself while a program of the prompt runs, but not while a command does', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.shellReported('prompt', 5);
    expect(tracker.readiness({ ...AT_PROMPT, shellInForeground: false })).toBe('starting');
    tracker.shellReported('command', 6);
    expect(tracker.readiness({ ...AT_PROMPT, shellInForeground: false })).toBe('busy');
  });

  it('is not ready until it has answered every line that others typed', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.shellReported('prompt', 5);
    tracker.bracketedPasteSwitched(true);
    tracker.othersTyped(0, 900);
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    tracker.othersTyped(2, 990);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    tracker.shellReported('prompt', 995);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    tracker.shellReported('prompt', 996);
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    tracker.othersTyped(1, 1000);
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 999 + SURE_ANSWER_MS })).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 1000 + SURE_ANSWER_MS })).toBe('ready');
  });

  it('takes its first prompt for no answer to what was typed before it', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.othersTyped(1, 900);
    tracker.shellReported('prompt', 990);
    tracker.bracketedPasteSwitched(true);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    tracker.shellReported('command', 991);
    tracker.shellReported('prompt', 992);
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
  });

  it('takes silence for the answer where no prompt comes, and the prompt of a run for none', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.shellReported('prompt', 5);
    tracker.bracketedPasteSwitched(true);
    tracker.runTyped();
    tracker.othersTyped(1, 900);
    tracker.shellReported('prompt', 990);
    tracker.bracketedPasteSwitched(true);
    tracker.outputSeen(990);
    tracker.runEnded();
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 989 + ANSWER_MS })).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 990 + ANSWER_MS })).toBe('ready');
  });

  it('is ready by its mark and raw mode where the editor knows no bracketed paste, at its first prompt by silence', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.outputSeen(990);
    tracker.shellReported('prompt', 991);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 990 + QUIET_MS })).toBe('ready');
    tracker.runTyped();
    tracker.runEnded();
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    tracker.shellReported('command', 992);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
  });

  it('is busy while a command of somebody else runs, also when that reads with an editor', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.shellReported('prompt', 5);
    tracker.bracketedPasteSwitched(true);
    tracker.shellReported('command', 6);
    tracker.bracketedPasteSwitched(false);
    tracker.bracketedPasteSwitched(true);
    expect([tracker.readiness(AT_PROMPT), tracker.isCommandRunning]).toEqual(['busy', true]);
    tracker.use('line_editor');
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
  });

  it('shows a prompt without a mark only after a run was typed', () => {
    const tracker = new PromptTracker('hooks', 0);
    tracker.outputSeen(0);
    tracker.shellReported('prompt', 1);
    tracker.bracketedPasteSwitched(true);
    tracker.runTyped();
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    expect(tracker.promptWithoutMark(AT_PROMPT)).toBe(false);
    tracker.bracketedPasteSwitched(false);
    tracker.bracketedPasteSwitched(true);
    expect(tracker.promptWithoutMark(AT_PROMPT)).toBe(true);
    expect(tracker.promptWithoutMark({ ...AT_PROMPT, shellInForeground: undefined })).toBe(false);
    expect(tracker.promptWithoutMark({ ...AT_PROMPT, nowMs: QUIET_MS - 1 })).toBe(false);
  });
});

describe('a shell with a line editor and no hooks', () => {
  it('is ready while its editor reads in raw mode', () => {
    const tracker = new PromptTracker('line_editor', 0);
    expect(tracker.readiness(AT_PROMPT)).toBe('starting');
    tracker.outputSeen(1);
    tracker.bracketedPasteSwitched(true);
    expect(tracker.readiness(AT_PROMPT)).toBe('ready');
    tracker.bracketedPasteSwitched(false);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
  });

  it('goes by silence where it never used bracketed paste', () => {
    const tracker = new PromptTracker('line_editor', 0);
    tracker.outputSeen(1000 - QUIET_MS + 1);
    expect(tracker.readiness(AT_PROMPT)).toBe('busy');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 1001 })).toBe('ready');
    expect(tracker.readiness({ ...AT_PROMPT, nowMs: 1001, canonical: true })).toBe('busy');
  });
});

describe('a shell whose lines the kernel edits', () => {
  it('is ready when it has written and is silent', () => {
    const tracker = new PromptTracker('kernel', 0);
    const facts = { ...AT_PROMPT, canonical: true };
    expect(tracker.readiness(facts)).toBe('starting');
    tracker.outputSeen(960);
    expect(tracker.readiness(facts)).toBe('busy');
    expect(tracker.readiness({ ...facts, nowMs: 1010 })).toBe('ready');
    tracker.runTyped();
    expect(tracker.readiness({ ...facts, nowMs: 1010 })).toBe('busy');
    tracker.runEnded();
    expect(tracker.readiness({ ...facts, nowMs: 1010 })).toBe('ready');
  });

  it('is ready at once when the last that it wrote was its prompt, by the mark', () => {
    const tracker = new PromptTracker('kernel', 0);
    const facts = { ...AT_PROMPT, canonical: true };
    tracker.shellReported('prompt', 1000);
    tracker.outputSeen(1000);
    expect(tracker.readiness(facts)).toBe('ready');
    expect(tracker.readiness({ ...facts, shellInForeground: false })).toBe('busy');
    tracker.runTyped();
    tracker.runEnded();
    expect(tracker.readiness(facts)).toBe('busy');
    tracker.shellReported('prompt', 1000);
    tracker.outputSeen(1000);
    // somebody types: what follows is no prompt
    tracker.outputSeen(1000);
    expect(tracker.readiness(facts)).toBe('busy');
  });

  it('is not ready before its first mark where it reports its prompts: its start-up file may ask a question', () => {
    const tracker = new PromptTracker('kernel', 0, { reportsPrompts: true });
    const facts = { ...AT_PROMPT, canonical: true };
    tracker.outputSeen(100);
    expect(tracker.readiness(facts)).toBe('starting');
    tracker.shellReported('prompt', 200);
    expect(tracker.readiness(facts)).toBe('ready');
    expect(tracker.readiness({ ...facts, shellInForeground: false })).toBe('busy');
  });
});
