import { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import { type ErrorCode, TtyError } from '../errors.ts';

/** One method of the contract: what may be asked, what comes back, what may go wrong. */
export interface MethodSpec<P extends z.ZodType, R extends z.ZodType, N extends z.ZodType = z.ZodNever> {
  readonly summary: string;
  readonly params: P;
  readonly result: R;
  /** Frames sent before the reply. */
  readonly note?: N;
  /** The codes that this method itself may answer, beside those of every method. */
  readonly errors: readonly ErrorCode[];
}

/** Declares a method; the inference keeps the schemas' own types. */
export function defineMethod<P extends z.ZodType, R extends z.ZodType, N extends z.ZodType = z.ZodNever>(
  spec: MethodSpec<P, R, N>,
): MethodSpec<P, R, N> {
  return spec;
}

const MAX_ISSUES = 5;

/**
 * Checks what a client sent against the method's parameters and fills in the defaults.
 *
 * @throws TtyError `RPC_ERROR` that names at most five faults; never a validator's own dump
 */
export function checkParams<P extends z.ZodType>(
  name: string,
  spec: { readonly params: P },
  raw: unknown,
): z.output<P> {
  const parsed = spec.params.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const where = issue.path.length === 0 ? 'params' : issue.path.map(String).join('.').slice(0, 80);
    return `${where}: ${issue.message.slice(0, 200)}`;
  });
  const unknown = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const near = nearestParam(unknown[0], spec.params);
  throw new TtyError('RPC_ERROR', `${name}: ${issues.join('; ')}`, {
    details: { method: name, issues },
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

/** Longest text that is compared with the names of parameters. */
const MAX_PARAM_CHARS = 64;

function nearestParam(unknown: string | undefined, params: z.ZodType): string | undefined {
  if (unknown === undefined || unknown.length > MAX_PARAM_CHARS) return undefined;
  return params instanceof z.ZodObject ? nearest(unknown, Object.keys(params.shape)) : undefined;
}
