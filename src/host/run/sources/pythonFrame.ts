/**
 * The script that runs one command in a Python that is read from by a person, 2.7 and 3. `@...@` are filled in by `repls.ts`.
 *
 * Facts it stands on (Python's documentation and measurement with 2.7, 3.6, 3.11 and 3.13): a statement compiled as
 * `single` shows its value by `sys.displayhook`, which also sets `_`; `exec` gives None, which is not shown and leaves `_`
 * alone; `sys.excepthook` prints what the interpreter itself would; what stands in the history is the whole typed line, in
 * the module that edits lines: `_pyrepl.readline` from 3.13, `readline` before.
 */
export const PYTHON_FRAME = String.raw`
def run():
    import ast, os, sys
    tty = os.open('/dev/tty', os.O_WRONLY | os.O_NOCTTY)
    def mark(body):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass  # replaced or closed by the command: nothing is held there then
        os.write(tty, ('\033]@OSC@;@NONCE@;%s\007' % body).encode('ascii'))
    def remember(command):
        for name in ('_pyrepl.readline', 'readline'):
            editor = sys.modules.get(name)
            try:
                last = editor.get_current_history_length()
                if last == 0 or @PATH@ not in editor.get_history_item(last):
                    continue
                if '\n' in command:
                    editor.remove_history_item(last - 1)
                else:
                    editor.replace_history_item(last - 1, command)
            except Exception:
                pass  # an editor without a history
    command = @COMMAND@
    remember(command)
    names = sys.modules['__main__'].__dict__
    status = 0
    mark('S;@TOKEN@')
    try:
        for node in ast.parse((command + u'\n').encode('utf-8') if sys.version_info[0] == 2 else command + '\n', '<stdin>').body:
            exec(compile(ast.Interactive([node]), '<stdin>', 'single', 0, True), names)
    except SystemExit:
        raise
    except BaseException:
        kind, error, trace = sys.exc_info()
        status = 130 if issubclass(kind, KeyboardInterrupt) else 1
        while trace is not None and trace.tb_frame.f_code.co_filename != '<stdin>':
            trace = trace.tb_next
        if hasattr(error, '__traceback__'):
            error.__traceback__ = trace
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
        sys.excepthook(kind, error, trace)
    mark('E;@TOKEN@;%d' % status)
    os.close(tty)
run()
`.trimStart();
