/**
 * What makes an interactive fish report its prompts, read after the user's configuration. `@NONCE@`, `@OSC@` and the keys are
 * filled in by `fishHooks.ts`.
 *
 * Facts it stands on (fish's own documentation and measurement with 3.6 and 4.0): event handlers leave `$status` as it is;
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
builtin set -g __at_stopped
builtin set -g __at_back
builtin set -g __at_refused 0

function __at_mark
    builtin printf '\e]@OSC@;%s;%s\a' $__at_m $argv[1] >/dev/tty
end

# The prompt is over: says so with the status, if there is one, and raises the number.
function __at_end
    __at_mark "D;$__at_n;$argv[1]"
    builtin set -g __at_n (builtin math $__at_n + 1)
end

# The process groups of all stopped jobs: second column, where the last but one says so.
function __at_stopped_groups
    builtin jobs | builtin string replace -rf '^\d+\t(-?\d+)\t(?:[^\t]*\t)?stopped\t.*' '$1'
end

# The process group of the job that the line brings to the foreground: fg takes the newest one, or the one it is told.
function __at_back_group
    builtin set -l fg (builtin string match -r '(?:^|[;\n]|&&|\|\||\b(?:and|or|begin)\s)\s*fg(?=$|[\s;&|])(?:[ \t]+(%?\d+))?' -- $argv[1]); or return
    if builtin set -q fg[2]
        builtin jobs -g $fg[2] 2>/dev/null
    else
        builtin jobs -lg
    end | builtin string match -r '^-?\d+$'
end

function __at_preexec --on-event fish_preexec
    builtin set -g __at_stopped
    builtin set -g __at_back
    if builtin jobs >/dev/null
        builtin set -g __at_stopped (__at_stopped_groups)
        builtin set -g __at_back (__at_back_group $argv[1])
    end
    builtin set -g __at_ran 1
    __at_mark "C;$__at_n"
end

# The read built-in takes the line editor, and with it what stands for a prompt.
function __at_read --on-event fish_read
    __at_mark B
end

# Right behind the output. Whether the shell goes on is not known yet: a line may have ended it.
function __at_postexec --on-event fish_postexec
    builtin set -g __at_s $status
    __at_mark "O;$__at_n"
end

# Whether the line left a job stopped that was not so before, or that it had brought back. $status tells nothing of it.
function __at_has_stopped
    builtin jobs >/dev/null; or return
    for group in (__at_stopped_groups)
        builtin contains -- $group $__at_back; and return
        builtin contains -- $group $__at_stopped; or return 0
    end
    return 1
end

function __at_prompt --on-event fish_prompt
    # Without the other handlers nothing is known of the line: silence is the truth then.
    if not builtin functions -q __at_preexec __at_postexec
        return
    end
    if builtin test $__at_ran = 0
        __at_end ''
    else if __at_has_stopped
        __at_end "$__at_s;T"
    else
        __at_end $__at_s
    end
    builtin set -g __at_ran 0
    # Bindings of the user's, made at the first prompt or later, may have taken all others away.
    builtin bind @SUBMIT@ >/dev/null 2>&1; or __at_bind_keys
end

# Ctrl+C at the prompt, or our own after a line that fish refused.
function __at_cancel --on-event fish_cancel
    switch $__at_refused
        case 0
            __at_end 130
        case 1
            __at_end ''
    end
    builtin set -g __at_refused 0
end

function __at_error --on-event fish_posterror
    if builtin test $__at_refused = 1
        builtin set -g __at_refused 2
        __at_end ''
    end
end

# fish 4 would name this function beside what is wrong with the line.
function __at_explain
    builtin set -l fish (builtin status fish-path)
    builtin set -l line (builtin commandline | builtin string collect)
    builtin printf '\n' >/dev/tty
    $fish --no-config --no-execute --command $line >/dev/tty 2>&1
    builtin commandline --replace ''
    builtin set -g __at_refused 0
    __at_end ''
    builtin commandline -f repaint
end

# The key that submits a line. fish says what is wrong with a line and leaves it to be mended, and goes on reading when one
# is not complete: both are dropped.
function __at_submit
    builtin commandline --is-valid
    switch $status
        case 1
            builtin set -g __at_refused 1
            __at_mark R
            if builtin string match -q '3.*' -- $version
                builtin commandline -f execute
                builtin commandline -f cancel-commandline
            else
                __at_explain
            end
        case 2
            builtin commandline --replace ''
            __at_end ''
            builtin commandline -f repaint
        case '*'
            builtin commandline -f execute
    end
end

# From the one key to the other everything is text but Ctrl+C, in a mode of its own.
function __at_literal
    builtin set -g __at_mode $fish_bind_mode
    builtin set fish_bind_mode __at
end

function __at_leave_literal
    builtin set fish_bind_mode $__at_mode
    __at_submit
end

function __at_drop_literal
    builtin set fish_bind_mode $__at_mode
    builtin commandline -f cancel-commandline
end

function __at_bind_keys
    for mode in default insert visual replace replace_one
        builtin bind -M $mode @SUBMIT@ __at_submit
        builtin bind -M $mode @LITERAL@ __at_literal
    end
    builtin bind -M __at '' self-insert
    # fish 4 takes a newline for a key. fish 3 would paint the line anew after each.
    if not builtin string match -q '3.*' -- $version
        builtin bind -M __at \n 'commandline -i \n'
    end
    builtin bind -M __at @SUBMIT@ __at_leave_literal
    builtin bind -M __at \cc __at_drop_literal
end
`;
