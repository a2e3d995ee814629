/**
 * The script that runs one command in PowerShell, 6 and later. `@...@` are filled in by `repls.ts`. Written from PowerShell's
 * documentation: `$?` tells whether the last statement succeeded, `$LASTEXITCODE` the status of the last native program, and
 * a dot-sourced block keeps the names that it sets. Behind a block `$?` is true whatever failed in it, so that the block itself
 * has to take it down; one that returns early does not, and then the last native program has the say.
 */
export const PWSH_FRAME = String.raw`
[Console]::Out.Write([char]27 + ']@OSC@;@NONCE@;S;@TOKEN@' + [char]7)
$global:LASTEXITCODE = 0
$global:__at_ok = $null
try {
  . ([scriptblock]::Create(@COMMAND@ + [char]10 + '$global:__at_ok = $?')) | Out-Default
  $__at_s = if ($global:__at_ok) { 0 } elseif ($global:LASTEXITCODE) { $global:LASTEXITCODE -band 255 } elseif ($null -eq $global:__at_ok) { 0 } else { 1 }
} catch {
  $_ | Out-Default
  $__at_s = 1
}
[Console]::Out.Write([char]27 + ']@OSC@;@NONCE@;E;@TOKEN@;' + $__at_s + [char]7)
Remove-Variable __at_s
Remove-Variable __at_ok -Scope Global
`.trimStart();
