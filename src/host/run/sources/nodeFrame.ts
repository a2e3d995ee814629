/**
 * The script that runs one command in the REPL of Node. `@...@` are filled in by `repls.ts`.
 *
 * Facts it stands on (Node's documentation, its `lib/repl.js`, and measurement with 20): the running REPL is
 * `require('repl').repl`; its `eval` takes what a person would type, `await` too, and calls back at once unless it has to
 * wait; an error it may give to its domain instead, which ends the line; after a line the REPL shows the value and sets `_`, both not when the value is undefined and `ignoreUndefined` is
 * set; a line's errors are shown after `Uncaught `, without the REPL's own part of the stack.
 */
export const NODE_FRAME = String.raw`
(() => {
  const fs = require('fs');
  const { repl } = require('repl');
  const tty = fs.openSync('/dev/tty', 'w');
  const mark = (body) => fs.writeSync(tty, '\x1b]@OSC@;@NONCE@;' + body + '\x07');
  const command = @COMMAND@;
  const { ignoreUndefined, displayPrompt } = repl;
  const at = repl.history ? repl.history.findIndex((line) => line.includes(@PATH@)) : -1;
  if (at === 0) repl.history.splice(0, 1, ...(command.includes('\n') ? [] : [command]));
  // The value of this script is not shown, and is not the last one.
  repl.ignoreUndefined = true;
  const end = (error, value, hasError) => {
    let status = 0;
    if (hasError) {
      const isInterrupt = error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
      status = isInterrupt ? 130 : 1;
      if (!repl.underscoreErrAssigned) repl.lastError = error;
      const lines = repl.writer(error && error.err ? error.err : error).split('\n');
      const own = lines.findIndex((line) => /^\S*\s+at .*(?:node:vm|node:repl|node:internal\/vm)/.test(line));
      repl.output.write('Uncaught ' + (own === -1 ? lines : lines.slice(0, own)).join('\n') + '\n');
    } else {
      if (!repl.underscoreAssigned) repl.last = value;
      if (!ignoreUndefined || value !== undefined) repl.output.write(repl.writer(value) + '\n');
    }
    mark('E;@TOKEN@;' + status);
    fs.closeSync(tty);
  };
  let isOver = false;
  let isLate = false;
  mark('S;@TOKEN@');
  // An error goes to the listeners of the domain in which the REPL runs lines, where there is one.
  const { domain } = process;
  const listeners = domain ? domain.listeners('error') : [];
  const catchError = (error) => done(error);
  const done = (error, value) => {
    if (isOver) return;
    isOver = true;
    if (domain) {
      domain.removeListener('error', catchError);
      for (const listener of listeners) domain.on('error', listener);
    }
    end(error, value, error !== null && error !== undefined);
    if (!isLate) return;
    repl.displayPrompt = displayPrompt;
    repl.displayPrompt();
  };
  if (domain) domain.removeAllListeners('error').on('error', catchError);
  try {
    repl.eval(command + '\n', repl.context, 'REPL', done);
  } catch (error) {
    done(error);
  }
  isLate = !isOver;
  // No prompt while a promise is waited for.
  if (isLate) repl.displayPrompt = () => {};
  setImmediate(() => {
    repl.ignoreUndefined = ignoreUndefined;
  });
})()
`.trimStart();
