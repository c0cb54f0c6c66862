// Which message is meant on the command line: by its id, or `last`.
import { type Acquaint, hasText, type MessageRecord } from "../shared/client/node.ts";
import { CliError } from "./errors.ts";

const LOOKED_THROUGH = 200;
export const LAST = "last";

type Kind = "text" | "file";

/**
 * @param authors whose messages are meant, the likelier first; `last` is the first one's
 * @param kind what they are; a file counts as text for its caption
 * @throws CliError `message-unknown`
 */
export async function messageIn(
  client: Acquaint,
  userId: string,
  reference: string,
  authors: readonly MessageRecord["author"][],
  kind: Kind = "text",
): Promise<MessageRecord> {
  const found =
    reference === LAST
      ? await lastBy(client, userId, authors[0], kind)
      : await byId(client, userId, reference, authors, kind);
  if (found !== null) return found;
  const whose = authors.length > 1 ? "" : " of yours";
  const what = kind === "file" ? "file" : "message";
  throw new CliError(
    "message-unknown",
    reference === LAST
      ? `There is no ${what}${authors[0] === "me" ? " of yours" : " of theirs"} there.`
      : `There is no ${what} ${reference}${whose} there.`,
    { hint: "acquaint inbox CONTACT --all --ids lists them; last is the last one" },
  );
}

async function byId(
  client: Acquaint,
  userId: string,
  id: string,
  authors: readonly MessageRecord["author"][],
  kind: Kind,
): Promise<MessageRecord | null> {
  for (const author of authors) {
    const record = await client.messages.message(userId, `${author}/${id}`);
    if (record !== null && isMeant(record, kind) && !record.isExpired) return record;
  }
  return null;
}

async function lastBy(
  client: Acquaint,
  userId: string,
  author: MessageRecord["author"] | undefined,
  kind: Kind,
): Promise<MessageRecord | null> {
  const page = await client.messages.page(userId, { limit: LOOKED_THROUGH });
  return page.findLast((one) => one.author === author && isMeant(one, kind)) ?? null;
}

function isMeant(record: MessageRecord, kind: Kind): boolean {
  return !record.isDeleted && (kind === "file" ? record.kind === kind : hasText(record.kind));
}
