// All cases, by theme, in the order of the table.
import { cases as asked } from './asked.mjs';
import { cases as ends } from './ends.mjs';
import { cases as forged } from './forged.mjs';
import { cases as input } from './input.mjs';
import { cases as outputs } from './outputs.mjs';
import { cases as programs } from './programs.mjs';
import { cases as prompts } from './prompts.mjs';
import { cases as refused } from './refused.mjs';
import { cases as sessions } from './sessions.mjs';
import { cases as signals } from './signals.mjs';
import { cases as startFiles } from './startFiles.mjs';
import { cases as typed } from './typed.mjs';
import { cases as users } from './users.mjs';

export const CASES = [
  ...ends,
  ...outputs,
  ...typed,
  ...refused,
  ...input,
  ...signals,
  ...programs,
  ...prompts,
  ...startFiles,
  ...users,
  ...sessions,
  ...forged,
  ...asked,
];
