/**
 * agent-tty as a library: terminal sessions that last, and runs whose end you can believe.
 *
 *     import { connect } from 'agent-tty';
 *     await using client = await connect();
 *     await using session = await client.create({ shell: 'bash' });
 *     const { outcome, exitCode, output } = await session.run('make');
 */
import { fileURLToPath } from 'node:url';
import { systemClock } from './base/clock.ts';
import { exportAsciicast } from './artifacts/exportAsciicast.ts';
import { replaySnapshot } from './artifacts/replaySnapshot.ts';
import { createProof as createBundle } from './artifacts/proof/create.ts';
import { verifyProof as verifyBundle } from './artifacts/proof/verify.ts';
import { renderRun } from './artifacts/runScreen.ts';
import { takeScreenshot } from './artifacts/screenshot.ts';
import { Client } from './client/client.ts';
import { resolveHome } from './client/home.ts';
import type { CreateProofOptions, CreateProofResult, VerifyProofOptions, VerifyProofResult } from './protocol/proof.ts';
import type { LeaseOptions, WorkLease } from './withLease.ts';

/** Where sessions are kept, and what they inherit. */
export interface ConnectOptions {
  /** State root, an absolute path; `AGENT_TTY_HOME` of the environment, else `~/.agent-tty`. */
  readonly home?: string;
  /** What new sessions inherit, and where HOME, SHELL and the like are looked up; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A client of a home. Starts nothing: the host comes with the first session that is created.
 *
 * @throws TtyError `INVALID_INPUT` for a home that is no absolute path, `REFUSED_UNSAFE` for one that others own or may write
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const environment = options.environment ?? process.env;
  return new Client({
    home: homeOf(options),
    environment,
    hostEntry: fileURLToPath(new URL('./host.js', import.meta.url)),
    cwd: () => process.cwd(),
    replay: replaySnapshot,
    exportAsciicast,
    renderRun,
    screenshot: takeScreenshot,
  });
}

const assets = fileURLToPath(new URL('.', import.meta.url));

/**
 * Makes a proof bundle of the session `reference` of a client's home; needs no host.
 *
 * @throws TtyError `INVALID_INPUT`, `EXPORT_ERROR`, `SESSION_NOT_FOUND`, `LOG_CORRUPT`, `REPLAY_ERROR`, `STORAGE_READ_ERROR`, `CANCELLED`
 */
export function createProof(
  { home }: Pick<Client, 'home'>,
  reference: string,
  options: CreateProofOptions,
): Promise<CreateProofResult> {
  return createBundle(home, reference, { ...options, assets, environment: process.env });
}

/**
 * Checks the proof bundle in `directory`, which is all that it needs. What holds of it then is in `docs/proofs.md`.
 *
 * @throws TtyError `PROOF_NOT_VERIFIED` with the place of the first thing that does not fit, `REFUSED_UNSAFE`, `INVALID_INPUT`,
 *   `STORAGE_READ_ERROR`, `CANCELLED`
 */
export function verifyProof(directory: string, options: VerifyProofOptions = {}): Promise<VerifyProofResult> {
  return verifyBundle(directory, { ...options, assets });
}

/**
 * Does `work` while it holds a place at a provider, as `lease run` does with a command: never more at once than the provider takes, over all
 * processes of the user. The place is free when the work is over, however that comes, and when this process dies.
 *
 * @throws TtyError `PROVIDER_WORKLOAD_BLOCKED`, `PROVIDER_ADMISSION_FAILED`, `INVALID_INPUT`, `CANCELLED`: the work was not begun; else
 *   what `work` throws
 */
export async function withLease<T>(
  options: LeaseOptions & ConnectOptions,
  work: (lease: WorkLease) => T | Promise<T>,
): Promise<T> {
  const { holdWhile } = await import('./withLease.ts');
  const environment = options.environment ?? process.env;
  const home = homeOf(options);
  return holdWhile(options, work, { home, environment, directory: process.cwd(), clock: systemClock });
}

function homeOf({ home, environment = process.env }: ConnectOptions): string {
  return resolveHome({ environment, ...(home === undefined ? {} : { given: { value: home, by: 'home' } }) });
}

export type { LeaseOptions, WorkLease } from './withLease.ts';
export { replaySince, type ChangedRows } from './artifacts/replaySince.ts';
export { replaySnapshot } from './artifacts/replaySnapshot.ts';
export { type LookForm, snapshotForm } from './artifacts/snapshotForm.ts';
export {
  Client,
  type CreateOptions,
  type GcHome,
  type GcOptions,
  type GcResult,
  type RedactOptions,
  type SessionSummary,
  type Verification,
} from './client/client.ts';
export type { EventSelection } from './client/eventFeed.ts';
export type { EventStream } from './client/eventStream.ts';
export { Session } from './client/session.ts';
export type {
  CallControl,
  CancelRunOptions,
  PasteOptions,
  RunOptions,
  SnapshotOptions,
  WaitOptions,
  WaitRunOptions,
} from './client/options.ts';
export { type ErrorBody, type ErrorCode, type ErrorDetails, ERRORS, TtyError } from './protocol/errors.ts';
export type { SessionEvent } from './protocol/eventTypes.ts';
export type { EventType, LogEvent, LogHead } from './protocol/events.ts';
export type { CancelResult } from './protocol/methods/cancel.ts';
export type { RunResult, RunView } from './protocol/methods/common.ts';
export type { PasteResult, SendKeysResult, TypeResult } from './protocol/methods/input.ts';
export type { ScreenCondition, WaitCondition, WaitResult } from './protocol/methods/screen.ts';
export type { CompletionChoice, DestroyResult, InspectResult, SessionStatus } from './protocol/methods/session.ts';
export type { MarkResult, ResizeResult, SignalResult } from './protocol/methods/sessionVerbs.ts';
export type { CompletionSource, Confidence, Evidence, InputBlock, InputKind, Outcome } from './protocol/outcomes.ts';
export type {
  AbsentProofFile,
  CreateProofOptions,
  CreateProofResult,
  ProofFile,
  ProofProgress,
  SealedHead,
  VerifyProofOptions,
  VerifyProofResult,
} from './protocol/proof.ts';
export type { AsciicastVersion, ExportAsciicastOptions, ExportProgress, ExportResult } from './protocol/recording.ts';
export type {
  LineCells,
  ScreenCell,
  ScreenColours,
  ScreenLine,
  ScreenState,
  UnderlineStyle,
} from './protocol/snapshot.ts';
export type { ScreenshotOptions, ScreenshotResult, ThemeName } from './protocol/picture.ts';
export { PACKAGE_VERSION, PROTOCOL_VERSION } from './protocol/version.ts';
