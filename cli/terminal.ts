// What is written to, and what it can show. Colours and rewritten lines are for terminals alone.
import { styleText } from "node:util";

export interface Terminal {
  /** A person is looking: lines may be rewritten and QR codes drawn. */
  readonly interactive: boolean;
  readonly colored: boolean;
  readonly columns: number;
  write(text: string): void;
}

type Style = Parameters<typeof styleText>[0];

/** @param env NO_COLOR (https://no-color.org) and TERM=dumb are honoured */
export function terminalOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const interactive = stream.isTTY === true && env["TERM"] !== "dumb";
  return {
    interactive,
    colored: interactive && !env["NO_COLOR"],
    get columns() {
      return stream.columns ?? 80;
    },
    write: (text) => void stream.write(text),
  };
}

/** `text` in that style where colours are shown, unchanged elsewhere. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.colored ? styleText(style, text, { validateStream: false }) : text;
}
