// What is written to, and what it can show. Colours and rewritten lines are for terminals alone.
import { styleText } from "node:util";

export interface Terminal {
  /** A person is looking: lines may be rewritten and QR codes drawn. */
  readonly interactive: boolean;
  readonly colored: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** What standard output and standard error share when both are the terminal. */
export interface Screen {
  /** Writes above a line that is being typed. */
  above: (write: () => void) => void;
}

type Style = Parameters<typeof styleText>[0];

const USUAL_COLUMNS = 80;
/** Narrower than this is no width, but a terminal that does not tell its own. */
const LEAST_COLUMNS = 20;
const FRAME_OR_COLOUR = /[\u001b\u2500-\u259f]/u;

export function bareScreen(): Screen {
  return { above: (write) => write() };
}

/** @param env NO_COLOR (https://no-color.org) and TERM=dumb are honoured */
export function terminalOf(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  screen = bareScreen(),
): Terminal {
  const interactive = stream.isTTY === true && env["TERM"] !== "dumb";
  return {
    interactive,
    colored: interactive && !env["NO_COLOR"],
    get columns() {
      return stream.columns ?? USUAL_COLUMNS;
    },
    write: (text) => screen.above(() => void stream.write(text)),
  };
}

/** `text` in that style where colours are shown, unchanged elsewhere. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.colored ? styleText(style, text, { validateStream: false }) : text;
}

/** The lines, broken at blanks where the terminal would break them inside a word; indented as before. */
export function fitted({ interactive, columns }: Terminal, lines: readonly string[]): string[] {
  if (!interactive || columns < LEAST_COLUMNS) return [...lines];
  return lines.flatMap((line) => {
    if (line.length <= columns || FRAME_OR_COLOUR.test(line)) return [line];
    const indent = line.slice(0, line.length - line.trimStart().length);
    const broken: string[] = [];
    for (const word of line.trimStart().split(" ")) {
      const last = broken.at(-1);
      if (last === undefined || last.length + word.length >= columns) broken.push(indent + word);
      else broken[broken.length - 1] = `${last} ${word}`;
    }
    return broken;
  });
}

/** What can stand in one line. */
export function columnsOf({ columns }: Terminal): number {
  return columns < LEAST_COLUMNS ? USUAL_COLUMNS : columns;
}
