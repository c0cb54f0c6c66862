// What was reported of people in a room, with what they have said, until it is put aside.

import { useEffect, useState } from "preact/hooks";
import { plainText, type Report } from "../../shared/client/index.ts";
import { momentText } from "../clock.ts";
import { problemText } from "../problems.ts";
import { session } from "../session.ts";
import type { Stay } from "./stay.ts";
import { plain, REASONS } from "./words.ts";
import { Problem } from "./work.tsx";

export function Reports({ stay }: { readonly stay: Stay }) {
  const { rooms } = session.acquaint;
  const [reports, setReports] = useState<readonly Report[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    rooms.reports(stay.roomId).then(setReports, (error: unknown) => setProblem(problemText(error)));
  }, [stay]);
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
                <bdi>{plain(report.name)}</bdi>
              </strong>
              : {REASONS[report.reason]}
            </p>
            <p class="field-help">
              Reported {momentText(report.at)} by{" "}
              <bdi>{stay.nameOf(report.by) ?? session.nameOf(report.by)}</bdi>
            </p>
            {report.note !== "" && <p dir="auto">{plainText(report.note)}</p>}
            {report.messages.map(({ text, at }, index) => (
              <blockquote key={index} class="report-quote" dir="auto">
                {plainText(text)}
                <span class="field-help">{momentText(at)}</span>
              </blockquote>
            ))}
            <button type="button" class="tool" onClick={() => void drop(report.reportId)}>
              Put aside<span class="unseen"> the report of {plain(report.name)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
