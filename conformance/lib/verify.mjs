// What came back against what must come back. Every function gives sentences; none of them means that all is well.
import { createHash } from 'node:crypto';

/** Longest piece of a text in a sentence. */
const SHOWN = 160;

/** A value as a sentence shows it. */
export function show(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}... (${text.length} characters)` : text;
}

/**
 * Whether `text` is what `wanted` says: a string for exactly that, a pattern, {has, lacks, head, tail, sha256, length}, or null for
 * whatever it is.
 */
export function textFaults(what, text, wanted) {
  if (wanted === undefined || wanted === null) return [];
  if (typeof text !== 'string') return [`${what}: is missing`];
  if (typeof wanted === 'string') return text === wanted ? [] : [`${what}: ${show(text)}, expected ${show(wanted)}`];
  if (wanted instanceof RegExp) return wanted.test(text) ? [] : [`${what}: ${show(text)}, expected ${String(wanted)}`];
  const { has = [], lacks = [], head = '', tail = '', sha256, length } = wanted;
  const list = (one) => (Array.isArray(one) ? one : [one]);
  const holds = (one) => (one instanceof RegExp ? one.test(text) : text.includes(one));
  const name = (one) => (one instanceof RegExp ? String(one) : show(one));
  return [
    ...list(has).flatMap((one) => (holds(one) ? [] : [`${what}: ${show(text)} lacks ${name(one)}`])),
    ...list(lacks).flatMap((one) => (holds(one) ? [`${what}: holds ${name(one)}`] : [])),
    ...(text.startsWith(head) ? [] : [`${what}: begins ${show(text.slice(0, 60))}, expected ${show(head)}`]),
    ...(text.endsWith(tail) ? [] : [`${what}: ends ${show(text.slice(-60))}, expected ${show(tail)}`]),
    ...(length === undefined || text.length === length
      ? []
      : [`${what}: ${text.length} characters, expected ${length}`]),
    ...(sha256 === undefined || sha256 === createHash('sha256').update(text).digest('hex')
      ? []
      : [`${what}: another text than expected (${text.length} characters)`]),
  ];
}

const COMPLETED = new Set(['finished', 'interrupted', 'rejected']);

function oneOf(value, wanted) {
  return Array.isArray(wanted) ? wanted.includes(value) : value === wanted;
}

/** A result against `expect`. What it does not name has a default: finished, with 0, and nothing printed. */
export function resultFaults(result, expect = {}) {
  const { outcome = 'finished', output, error, truncated = false, outputBytes, ...rest } = expect;
  const faults = [];
  const compare = (name, seen, wanted) => {
    if (!oneOf(seen, wanted)) faults.push(`${name}: ${show(seen)}, expected ${show(wanted)}`);
  };
  compare('outcome', result.outcome, outcome);
  if (faults.length > 0 && result.error !== undefined) faults.push(`error: ${result.error}`);
  if (error !== undefined) compare('error', result.error, error);
  if (result.outcome === 'refused' || faults.length > 0) return faults;
  const first = Array.isArray(outcome) ? outcome[0] : outcome;
  const { exitCode = first === 'finished' ? 0 : null, completed = COMPLETED.has(result.outcome) } = rest;
  if (!(exitCode instanceof RegExp)) compare('exit code', result.exitCode, exitCode);
  compare('completed', result.completed, completed);
  compare('timed out', result.timedOut, result.outcome === 'timed_out');
  compare('truncated', result.truncated, truncated);
  if (outputBytes !== undefined) compare('bytes of output', result.outputBytes, outputBytes);
  if (rest.confidence !== undefined) compare('confidence', result.confidence, rest.confidence);
  if (rest.evidence !== undefined && !result.evidence?.includes(rest.evidence))
    faults.push(`evidence: ${show(result.evidence)}, expected ${show(rest.evidence)} among it`);
  const quiet = first === 'finished' || first === 'stopped' ? '' : undefined;
  return [
    ...faults,
    ...textFaults('output', result.output, output === undefined ? quiet : output),
    ...statusFaults(result),
  ];
}

/** What a command line that runs a command ends with, for those tools that have one. */
const STATUS = { interrupted: 130, stopped: 148, rejected: 2, timed_out: 124, lost: 125, blocked_on_input: 123 };

function statusFaults({ outcome, exitCode, status }) {
  if (status === undefined || status === null) return [];
  const wanted = STATUS[outcome] ?? exitCode ?? 125;
  return status === wanted ? [] : [`exit status of the tool: ${status}, expected ${wanted} for ${outcome}`];
}

/**
 * A result where the shell makes the right one impossible: the tool may not know, but it has to say so. A certain verdict other
 * than the right one is a lie; so is an exit code that nobody saw.
 */
export function honestyFaults(result, expect) {
  if (resultFaults(result, expect).length === 0) return [];
  if (result.outcome === 'timed_out' && result.exitCode === null) return [];
  if (result.outcome === 'lost' && result.exitCode === null) return [];
  if (result.outcome === 'refused') return [];
  if (result.confidence === 'guess' && result.exitCode === null) return [];
  return [`not honest: ${result.outcome}, exit code ${result.exitCode}, confidence ${result.confidence}`];
}
