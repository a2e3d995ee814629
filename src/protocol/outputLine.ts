/** What the line model (outputText.ts) needs of the line under construction. Finished lines collect until `takeOut`. */
export interface OutputLine {
  /** Nothing printed yet, the cursor at the start, the look plain: plain lines would come out as they are. */
  readonly isEmpty: boolean;
  /** Prints characters that are no controls. */
  print(run: string): void;
  tab(): void;
  newline(): void;
  /** Puts the cursor on a column, 0 to `MAX_SIZE` - 1. */
  moveTo(column: number): void;
  /** Moves the cursor; it stops at column 0, and at the last column a terminal can have unless it is there already. */
  moveBy(columns: number): void;
  /** EL: 0 erases from the cursor to the end, 1 from the start to the cursor, 2 all. The cursor stays. */
  erase(mode: number): void;
  /** SGR with these parameters: how what is printed from here on looks. */
  style(parameters: string): void;
  /** Text that is final: whole lines with their LF, and the front of lines that grew too long. */
  takeOut(): string;
  /** Ends the line and gives its text, without LF. The next line starts empty. */
  finish(): string;
}
