// Which message is meant on the command line: by its id, or `last`.
import type { Acquaint, MessageRecord } from "../shared/client/node.ts";
import { CliError } from "./errors.ts";

const LOOKED_THROUGH = 200;
export const LAST = "last";

/**
 * @param authors whose messages are meant, the likelier first; `last` is the first one's
 * @throws CliError `message-unknown`
 */
export async function messageIn(
  client: Acquaint,
  userId: string,
  reference: string,
  authors: readonly MessageRecord["author"][],
): Promise<MessageRecord> {
  const found =
    reference === LAST
      ? await lastBy(client, userId, authors[0])
      : await byId(client, userId, reference, authors);
  if (found !== null) return found;
  const whose = authors.length > 1 ? "" : " of yours";
  throw new CliError(
    "message-unknown",
    reference === LAST
      ? `There is no message${authors[0] === "me" ? " of yours" : " of theirs"} there.`
      : `There is no message ${reference}${whose} there.`,
    { hint: "acquaint inbox CONTACT --all --ids lists them; last is the last one" },
  );
}

async function byId(
  client: Acquaint,
  userId: string,
  id: string,
  authors: readonly MessageRecord["author"][],
): Promise<MessageRecord | null> {
  for (const author of authors) {
    const record = await client.messages.message(userId, `${author}/${id}`);
    if (record?.kind === "text" && !record.isExpired && !record.isDeleted) return record;
  }
  return null;
}

async function lastBy(
  client: Acquaint,
  userId: string,
  author: MessageRecord["author"] | undefined,
): Promise<MessageRecord | null> {
  const page = await client.messages.page(userId, { limit: LOOKED_THROUGH });
  return (
    page.findLast((one) => one.author === author && one.kind === "text" && !one.isDeleted) ?? null
  );
}
