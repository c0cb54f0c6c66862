// How requests to meet are answered: by a person who sees who asks, or by a passphrase that was
// given beforehand. Whichever ends while it is being looked at is let go, and the waiting goes on.
import {
  type Acquaint,
  type IncomingRequest,
  type MeetingOptions,
  PassphraseError,
  ProblemError,
} from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { CliError, EXIT } from "./errors.ts";
import { followMeeting, type Follow } from "./meeting.ts";
import { printable, shortened } from "./printable.ts";
import type { RequestWatch } from "./requestWatch.ts";

const NAME_MAX_CHARS = 30;

interface AnswerPlan {
  readonly client: Acquaint;
  readonly watch: RequestWatch;
  readonly options: MeetingOptions;
  readonly follow: Follow;
  /** Who is waited for, for people; null for anybody. */
  readonly from: string | null;
}

/** @returns the exit code */
export async function answerFirst(
  context: Context,
  plan: AnswerPlan,
  passphrase: Promise<string>,
): Promise<number> {
  const { watch } = plan;
  // A pipe that ends without a line ends the waiting as well.
  const fault = passphrase.then(() => new Promise<never>(() => {}));
  announce(context, plan);
  for (;;) {
    const [request] = watch.waiting;
    if (request === undefined) {
      await Promise.race([watch.idle(), fault]);
      continue;
    }
    const words = await passphrase;
    if (!watch.isWaiting(request.sid)) continue;
    const exitCode = await answerWith(context, plan, request, words);
    if (exitCode !== null) return exitCode;
  }
}

/** @returns the exit code */
export async function answerAtTerminal(context: Context, plan: AnswerPlan): Promise<number> {
  const { watch } = plan;
  let isAnnounced = false;
  while (context.interruption.exitCode === null) {
    const next = watch.waiting.find(({ isPostponed }) => !isPostponed);
    const [postponed] = watch.waiting;
    if (next !== undefined) {
      const exitCode = await offer(context, plan, next);
      if (exitCode !== null) return exitCode;
      isAnnounced = false;
    } else if (postponed !== undefined) {
      await takeUp(context, plan, postponed);
      isAnnounced = false;
    } else {
      if (!isAnnounced) announce(context, plan);
      isAnnounced = true;
      await watch.idle();
    }
  }
  return context.interruption.exitCode;
}

/** @returns null when it is not answered: it is over, refused, or put off */
async function offer(
  context: Context,
  plan: AnswerPlan,
  request: IncomingRequest,
): Promise<number | null> {
  const { client, watch } = plan;
  const { sid } = request;
  const question = `${nameOf(request)}: [a]nswer, [l]ater, [r]efuse or [b]lock? `;
  while (watch.isWaiting(sid)) {
    const choice = await put(context, plan, request, question);
    if (choice === null) return null;
    switch (choiceIn(choice)) {
      case "answer": {
        const exitCode = await answerByHand(context, plan, request);
        if (exitCode !== null) return exitCode;
        break;
      }
      case "later":
        client.requests.postpone(sid);
        return null;
      case "refuse":
        await client.requests.refuse(sid);
        watch.settle(request, "refused");
        return null;
      case "block":
        watch.settle(request, "blocked");
        await client.requests.block(sid);
        return null;
      default:
        context.present.remark(
          "Type a, l, r or b, and Enter. The passphrase is asked for after a.",
        );
    }
  }
  return null;
}

const CHOICES = ["answer", "later", "refuse", "block"] as const;

/** A passphrase that was typed too early is none of them, whatever it begins with. */
function choiceIn(typed: string): (typeof CHOICES)[number] | undefined {
  const word = typed.toLowerCase();
  return CHOICES.find((choice) => word === choice || word === choice[0]);
}

/** @returns null when no passphrase was entered, or the request is over */
async function answerByHand(
  context: Context,
  plan: AnswerPlan,
  request: IncomingRequest,
): Promise<number | null> {
  const question = `Passphrase (it stays unseen; Enter alone goes back): `;
  for (;;) {
    const typed = await put(context, plan, request, question, true);
    if (typed === null || typed === "") return null;
    try {
      return await answerWith(context, plan, request, typed);
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      context.present.remark(`${error.message} Nothing was sent; try again.`);
    }
  }
}

/** @returns null when the request was over before the answer reached it */
async function answerWith(
  context: Context,
  { client, options, follow }: AnswerPlan,
  request: IncomingRequest,
  passphrase: string,
): Promise<number | null> {
  const starting = client.requests.answer(request.sid, passphrase, options);
  try {
    return await followMeeting(context, starting, { ...follow, other: request.name });
  } catch (error) {
    const isOver =
      error instanceof ProblemError &&
      (error.code === "attempt-over" || error.code === "answered-elsewhere");
    if (!isOver) throw error;
    context.present.remark(`${nameOf(request)}: ${error.message}. Nothing was sent.`);
    return null;
  }
}

/** A request that was put off waits as long as before; Enter takes it up again. */
async function takeUp(context: Context, plan: AnswerPlan, request: IncomingRequest): Promise<void> {
  const question = `Waiting. Enter takes up the request of ${nameOf(request)} again. `;
  const hasNew = (): boolean => plan.watch.waiting.some(({ isPostponed }) => !isPostponed);
  const pressed = await put(context, plan, request, question, false, hasNew);
  if (pressed !== null) plan.client.requests.postpone(request.sid, false);
}

/**
 * Asks while the request waits.
 * @returns null when that is over, or something interrupts
 * @throws CliError `declined` at the end of the input (Ctrl-D)
 */
async function put(
  { prompt, interruption }: Context,
  { watch }: AnswerPlan,
  { sid }: IncomingRequest,
  question: string,
  unseen = false,
  isDisplaced = () => false,
): Promise<string | null> {
  const isStale = (): boolean => !watch.isWaiting(sid) || isDisplaced();
  const answer = await watch.asking((until) => prompt.ask(question, { unseen, until }), isStale);
  if (answer !== null) return isStale() ? null : answer.trim();
  if (isStale() || interruption.exitCode !== null) return null;
  throw new CliError("declined", "Nothing was answered; the request still waits.", {
    exitCode: EXIT.failed,
  });
}

function announce({ present }: Context, { from }: AnswerPlan): void {
  if (present.json) return;
  present.remark(`Waiting for ${from ?? "somebody"} to ask you … Ctrl-C ends it.`);
}

function nameOf({ name }: IncomingRequest): string {
  return shortened(printable(name), NAME_MAX_CHARS);
}
