/** Files that become workflows. */

import { sentenceOf } from "../../api/client";
import { importWorkflow, type Made } from "../../api/transfer";

/** Of one file: what was made of it, or why nothing was. */
export type Outcome = { file: string } & ({ made: Made } | { failure: string });

/** As large as the server takes; in bytes. */
const LARGEST = 34_000_000;

export async function importFiles(files: readonly File[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await importFile(file));
  return outcomes;
}

async function importFile(file: File): Promise<Outcome> {
  const name = file.name.replace(/\.[^.]+$/, "");
  try {
    if (file.size > LARGEST) throw new Error("It is larger than 34 MB.");
    const text = await file.text();
    checkJson(text);
    return { file: file.name, made: await importWorkflow(text, name) };
  } catch (error) {
    return { file: file.name, failure: sentenceOf(error) };
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
export function isRemarkable(outcome: Outcome): boolean {
  return !("made" in outcome) || outcome.made.notes.length + outcome.made.problems.length > 0;
}
