/** How a table would be run: the input of each column, the first rows, and everything that is wrong. */

import type { BatchPreview } from "../../generated/api";
import { cellText } from "./cell";
import type { Mapping } from "./source";

interface PreviewTableProps {
  preview: BatchPreview;
  onMap: (changed: Mapping) => void;
}

export function PreviewTable({ preview, onMap }: PreviewTableProps) {
  const { columns, inputs, rows, notes, problems, problemCount, rowCount } = preview;
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
      <div className="batch-preview" role="region" aria-label="Preview of the table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Row</th>
              {columns.map(({ name, input }) => (
                <th key={name} scope="col">
                  <span>{name}</span>
                  <select
                    className="field"
                    aria-label={`Input for the column ${name}`}
                    value={input ?? ""}
                    onChange={(event) => onMap({ [name]: event.target.value || null })}
                  >
                    <option value="">left out</option>
                    {inputs.map((each) => (
                      <option key={each} value={each}>
                        {each}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.number}>
                <th scope="row">{row.number}</th>
                {columns.map(({ name, input }) => (
                  <td key={name}>{input === null ? "" : cellText(row.inputs[input])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rowCount > rows.length && (
        <p className="muted">
          The first {rows.length} of {rowCount.toLocaleString("en")} rows.
        </p>
      )}
      {problemCount > 0 && (
        <div role="alert" className="batch-problems">
          <strong>{problemsTitle(problemCount)} Nothing runs before that is corrected.</strong>
          <ul>
            {problems.map((each, index) => (
              <li key={`${index} ${each.message}`}>
                {each.row !== null && `Row ${each.row}: `}
                {each.message}
              </li>
            ))}
          </ul>
          {problemCount > problems.length && <p>The first {problems.length} are listed.</p>}
        </div>
      )}
    </>
  );
}

function problemsTitle(count: number): string {
  return count === 1
    ? "There is one problem."
    : `There are ${count.toLocaleString("en")} problems.`;
}
