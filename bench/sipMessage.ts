// The same box as a SIP MESSAGE (RFC 3428) over a WebSocket (RFC 7118): only header fields that a request must
// have (RFC 3261, section 8.1.1) or that say what is in its body; a device is named by its GRUU (RFC 5627).

import { fromBase64Url, toBase64Url } from "../shared/core/crypto/bytes.ts";

export interface SipBox {
  readonly from: string;
  readonly fromDevice: number;
  readonly to: string;
  readonly toDevice: number;
  readonly number: number;
  /** Base64url, as in a frame. */
  readonly box: string;
}

const DOMAIN = "acquaint.example";
const COMPACT: Readonly<Record<string, string>> = {
  Via: "v",
  From: "f",
  To: "t",
  "Call-ID": "i",
  "Content-Type": "c",
  "Content-Length": "l",
};

/** @param token random letters, as many as asked for: branch and tag must be unique, a Call-ID as well */
export function encodeSip(
  { from, fromDevice, to, toDevice, number, box }: SipBox,
  token: (letters: number) => string,
  isCompact: boolean,
): string {
  const body = Buffer.from(fromBase64Url(box)).toString("base64");
  const fields = [
    ["Via", `SIP/2.0/WSS ${token(12)}.invalid;branch=z9hG4bK${token(10)}`],
    ["Max-Forwards", "70"],
    ["From", `<sip:${from}@${DOMAIN};gr=${fromDevice}>;tag=${token(8)}`],
    ["To", `<sip:${to}@${DOMAIN};gr=${toDevice}>`],
    ["Call-ID", token(16)],
    ["CSeq", `${number} MESSAGE`],
    ["Content-Type", "application/octet-stream"],
    ["Content-Transfer-Encoding", "base64"],
    ["Content-Length", String(body.length)],
  ];
  const lines = fields.map(([name = "", value]) => {
    return `${(isCompact && COMPACT[name]) || name}: ${value}`;
  });
  const request = `MESSAGE sip:${to}@${DOMAIN};gr=${toDevice} SIP/2.0`;
  return [request, ...lines, "", body].join("\r\n");
}

/** Reads what `encodeSip` makes, and checks no more than that. */
export function decodeSip(message: string): SipBox {
  const end = message.indexOf("\r\n\r\n");
  const [, ...lines] = message.slice(0, end).split("\r\n");
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const field = (name: string) => {
    const value = fields.get(name.toLowerCase()) ?? fields.get(COMPACT[name] ?? "");
    if (value === undefined) throw new Error(`no ${name}`);
    return value;
  };
  const [from, fromDevice] = addressIn(field("From"));
  const [to, toDevice] = addressIn(field("To"));
  const body = message.slice(end + 4, end + 4 + Number(field("Content-Length")));
  const box = toBase64Url(Buffer.from(body, "base64"));
  return { from, fromDevice, to, toDevice, number: Number.parseInt(field("CSeq"), 10), box };
}

function addressIn(field: string): [user: string, device: number] {
  const [, user = "", device = ""] = /<sip:([^@]+)@[^;>]+;gr=(\d+)>/.exec(field) ?? [];
  return [user, Number(device)];
}
