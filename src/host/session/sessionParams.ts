import { DEFAULT_COLS, DEFAULT_ROWS } from '../../protocol/limits.ts';
import type { CheckedParams } from '../../protocol/methods/table.ts';

/** What a session is made from: the caller's parameters with every default filled in. */
export type SessionParams = CheckedParams<'session.create'> & { readonly cols: number; readonly rows: number };

/** What a home's configuration says of new sessions. */
export interface SessionDefaults {
  readonly shell?: string | undefined;
  readonly cols?: number | undefined;
  readonly rows?: number | undefined;
}

/** Fills in the size: the caller's, else the configured one, else 80x24. */
export function withDefaults(params: CheckedParams<'session.create'>, defaults: SessionDefaults): SessionParams {
  return {
    ...params,
    cols: params.cols ?? defaults.cols ?? DEFAULT_COLS,
    rows: params.rows ?? defaults.rows ?? DEFAULT_ROWS,
  };
}
