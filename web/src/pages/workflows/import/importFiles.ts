/** Files that become workflows. */

import { ApiError, errorMessage } from "../../../api/client";
import { importWorkflow } from "../../../api/sdk";
import type { ImportRead, Problem, WorkflowFile } from "../../../generated/api";

/** Of one file: what was made of it, or why nothing was; `document` is then what is in it. */
export type ImportOutcome = { file: string } & (
  { made: ImportRead } | { failure: string; problems: readonly Problem[]; document: unknown }
);

/** As large as the server takes; in bytes. */
const MAX_BYTES = 34_000_000;
const MAX_NAME_LENGTH = 200;

export async function importFiles(files: readonly File[]): Promise<ImportOutcome[]> {
  const outcomes: ImportOutcome[] = [];
  for (const file of files) outcomes.push(await importFile(file));
  return outcomes;
}

async function importFile(file: File): Promise<ImportOutcome> {
  const name = file.name.replace(/\.[^.]+$/, "");
  let document: unknown;
  try {
    if (file.size > MAX_BYTES) throw new Error("It is larger than 34 MB.");
    const text = await file.text();
    document = readJson(text);
    const made = await importWorkflow({
      query: name ? { name: name.slice(0, MAX_NAME_LENGTH) } : {},
      body: text as unknown as WorkflowFile, // as it stands there: the server says what is wrong
      bodySerializer: null,
    });
    return { file: file.name, made };
  } catch (error) {
    const problems = error instanceof ApiError ? error.problems : [];
    return { file: file.name, failure: errorMessage(error), problems, document };
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = /line (\d+) column (\d+)/.exec(errorMessage(error));
    const where = place ? ` from line ${place[1]}, column ${place[2]} on` : "";
    throw new Error(`It is not JSON${where}: export a workflow as JSON and take that file.`);
  }
}

/** Whether there is something to tell beside that it worked. */
export function needsReport(outcome: ImportOutcome): boolean {
  return !("made" in outcome) || outcome.made.notes.length + outcome.made.problems.length > 0;
}
