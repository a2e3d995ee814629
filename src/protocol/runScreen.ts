/** What a run left on the screen, as those who can draw one and those who tell of runs say it to each other. */

import type { Clock } from '../base/clock.ts';

export interface RunScreenRequest {
  /** The session's log. */
  readonly file: string;
  readonly runId: string;
  /** Of its `input_run`. */
  readonly seq: number;
  /** Size of the terminal when the run began, where that is known; else the log is asked from its start. */
  readonly size?: { readonly cols: number; readonly rows: number } | undefined;
  /** The last event to look at; the end of the run, or of the log, without it. */
  readonly toSeq?: number | undefined;
  /** What the run wrote, where that is known: what is too much is then told at once. */
  readonly outputBytes?: number | undefined;
  /** Keep colours and other looks, as SGR. */
  readonly ansi: boolean;
}

/** The text of the rows, or why there is none. */
export type RunScreen = { readonly text: string } | { readonly reason: string };

/** Draws the run and gives its rows; `clock` bounds the time that it takes. */
export type RenderRun = (request: RunScreenRequest, clock: Clock) => Promise<RunScreen>;
