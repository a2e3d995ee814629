/**
 * What makes an interactive fish report its prompts, read after the user's configuration. `@NONCE@`, `@OSC@` and `@KEY@` are
 * filled in by `fishHooks.ts`.
 *
 * Facts it stands on (fish's own documentation and measurement with 3.6): event handlers leave `$status` as it is;
 * fish_preexec and fish_postexec surround a line that is run; fish_prompt comes before a prompt that reads a new line, but
 * not after an error (fish_posterror) or Ctrl+C (fish_cancel), which keep or drop the line and go on reading; an incomplete
 * line makes Enter add a line instead; `commandline --is-valid` tells complete, wrong and incomplete apart; `builtin` can
 * be no function's name.
 */
export const FISH_HOOKS_SCRIPT = String.raw`# Written by agent-tty for one session and removed once read.
builtin set -g __at_m '@NONCE@'
builtin set -g __at_n 0
builtin set -g __at_ran 0
builtin set -g __at_s 0
builtin set -g __at_jobs 0

function __at_mark
    builtin printf '\e]@OSC@;%s;%s\a' $__at_m $argv[1] >/dev/tty
end

# The prompt is over: says so with the status, if there is one, and raises the number.
function __at_end
    __at_mark "D;$__at_n;$argv[1]"
    builtin set -g __at_n (builtin math $__at_n + 1)
end

function __at_stopped
    builtin count (builtin jobs | builtin string match '*stopped*')
end

function __at_preexec --on-event fish_preexec
    builtin set -g __at_jobs (__at_stopped)
    # What brings a stopped job back may see it stop again.
    if builtin string match -qr '^\s*(?:fg|%)' -- $argv[1]
        builtin set -g __at_jobs (builtin math $__at_jobs - 1)
    end
    builtin set -g __at_ran 1
    __at_mark "C;$__at_n"
end

# Right behind the output. Whether the shell goes on is not known yet: a line may have ended it.
function __at_postexec --on-event fish_postexec
    builtin set -g __at_s $status
    __at_mark "O;$__at_n"
end

function __at_prompt --on-event fish_prompt
    if builtin test $__at_ran = 0
        __at_end ''
    else if builtin test (__at_stopped) -gt $__at_jobs
        __at_end "$__at_s;T"
    else
        __at_end $__at_s
    end
    builtin set -g __at_ran 0
end

function __at_cancel --on-event fish_cancel
    __at_end 130
end

# The key that submits a line. One that fish would not take is dropped; what is wrong with it is said by eval, which runs
# nothing of a text that it cannot parse.
function __at_submit
    builtin commandline --is-valid
    builtin set -l __at_s $status
    if builtin test $__at_s = 0
        builtin commandline -f execute
        return
    end
    builtin set -l __at_line (builtin commandline | builtin string collect)
    builtin commandline --replace ''
    builtin echo
    builtin eval $__at_line
    __at_end $status
    builtin commandline -f repaint
end

for __at_mode in default insert visual replace replace_one
    builtin bind -M $__at_mode @KEY@ __at_submit
end
builtin set -e __at_mode
`;
