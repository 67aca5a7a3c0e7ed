/** Files that become workflows. */

import { errorMessage } from "../../api/client";
import { importWorkflow } from "../../api/sdk";
import type { ImportRead, WorkflowFile } from "../../generated/api";

/** Of one file: what was made of it, or why nothing was. */
export type ImportOutcome = { file: string } & ({ made: ImportRead } | { failure: string });

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
  try {
    if (file.size > MAX_BYTES) throw new Error("It is larger than 34 MB.");
    const text = await file.text();
    checkJson(text);
    const made = await importWorkflow({
      query: name ? { name: name.slice(0, MAX_NAME_LENGTH) } : {},
      body: text as unknown as WorkflowFile, // as it stands there: the server says what is wrong
      bodySerializer: null,
    });
    return { file: file.name, made };
  } catch (error) {
    return { file: file.name, failure: errorMessage(error) };
  }
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new Error("It is not JSON: export a workflow as JSON and take that file.");
  }
}

/** Whether there is something to tell beside that it worked. */
export function needsReport(outcome: ImportOutcome): boolean {
  return !("made" in outcome) || outcome.made.notes.length + outcome.made.problems.length > 0;
}
