// What was reported of people in a room, with what they have said, until it is put aside.

import { useEffect, useState } from "preact/hooks";
import { plainText, type Report } from "../../shared/client/index.ts";
import { momentText } from "../clock.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import type { Stay } from "./stay.ts";
import { plain, REASONS } from "./words.ts";
import { Problem } from "./work.tsx";

export function Reports({ stay }: { readonly stay: Stay }) {
  const { rooms } = session.acquaint;
  const [reports, setReports] = useState<readonly Report[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const count = useStore(stay.store, (all) => all.reports);
  const nameOf = (userId: string) => stay.nameOf(userId) ?? session.nameOf(userId);
  const nameIn = ({ name, userId }: Report) => (name === null ? nameOf(userId) : plain(name));
  useEffect(() => {
    rooms.reports(stay.roomId).then(setReports, (error: unknown) => setProblem(problemText(error)));
  }, [stay, count]);
  const drop = async (reportId: string) => {
    try {
      await rooms.dropReport(stay.roomId, reportId);
      setReports((all) => (all ?? []).filter((one) => one.reportId !== reportId));
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <>
      <Problem text={problem} />
      {reports === null && problem === null && (
        <p class="lead" role="status">
          Reading the reports…
        </p>
      )}
      {reports?.length === 0 && <p class="lead">Nothing is reported.</p>}
      <ul class="reports" role="list">
        {(reports ?? []).map((report) => (
          <li key={report.reportId} class="report">
            <p>
              <strong>
                <bdi>{nameIn(report)}</bdi>
              </strong>
              : {REASONS[report.reason]}
            </p>
            <p class="field-help">
              Reported {momentText(report.at)} by <bdi>{nameOf(report.by)}</bdi>
            </p>
            {report.note !== "" && <p dir="auto">{plainText(report.note)}</p>}
            {report.messages.map(({ text, at, isConfirmed }, index) => (
              <blockquote key={index} class="report-quote" data-confirmed={isConfirmed} dir="auto">
                {plainText(text)}
                <span class="field-help" dir="ltr">
                  {momentText(at)}
                  {!isConfirmed && ", only the reporter says so; the room cannot confirm it"}
                </span>
              </blockquote>
            ))}
            <button type="button" class="tool" onClick={() => void drop(report.reportId)}>
              Put aside<span class="unseen"> the report of {nameIn(report)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
