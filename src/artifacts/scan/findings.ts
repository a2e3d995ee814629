/** What a scan has found: where, and by which rule; never the secret. */
import type { Redaction } from '../../redact/redaction.ts';

/** In what form a secret was found. */
export type FoundAs =
  /** In the bytes of the file. */
  | 'bytes'
  /** In its text: escapes of JSON, entities and tags resolved. */
  | 'text'
  /** In what the events of a log or recording hold, put together. */
  | 'event'
  /** On the screen that a log gives. */
  | 'screen'
  /** In the file's name. */
  | 'name';

export interface Finding {
  /** Path below the directory; a secret in it is masked. */
  readonly file: string;
  readonly rule: string;
  readonly foundAs: FoundAs;
  /** For `bytes`: where it begins. */
  readonly offset?: number;
  /** For `event` and `screen`: the event in which it begins, or after which it shows. */
  readonly seq?: number;
}

/** Places that are listed; more are only counted. */
const MAX_LISTED = 1_000;

export class Findings {
  readonly #all: Redaction;
  readonly #list: Finding[] = [];
  #count = 0;

  constructor(all: Redaction) {
    this.#all = all;
  }

  get count(): number {
    return this.#count;
  }

  get list(): readonly Finding[] {
    return this.#list;
  }

  add(finding: Finding): void {
    this.#count++;
    if (this.#list.length < MAX_LISTED) this.#list.push({ ...finding, file: this.#all.mask(finding.file).text });
  }
}
