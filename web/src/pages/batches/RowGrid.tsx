/** The rows of a batch beside their results. Only those in view are drawn and asked for, so 10,000 are as quick as ten. */

import { Crown } from "lucide-react";
import { type CSSProperties, useRef, useState } from "react";
import { Link } from "wouter";
import { assetUrl, thumbnailUrl } from "../../api/assets";
import { errorMessage } from "../../api/client";
import { setBatchWinner } from "../../api/sdk";
import type { BatchRead, BatchRowRead, Value } from "../../generated/api";
import { valueText } from "../../nodes/result/valueText";
import { notify } from "../../stores/session";
import { IconButton } from "../../ui/Button";
import { queryClient } from "../../ui/lists/usePagedList";
import { StatusBadge } from "../../ui/StatusBadge";
import { assetOf, cellText } from "./cell";
import { useRows } from "./useRows";

/** In pixels, as in the style sheet. */
const ROW_HEIGHT = 64;
const VIEW_HEIGHT = 560;
/** Rows that are drawn above and below those in view. */
const MARGIN_ROWS = 6;

export function RowGrid({ batch }: { batch: BatchRead }) {
  const [top, setTop] = useState(0);
  const frame = useRef(0);
  const { total } = batch.counts;
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN_ROWS);
  const last = Math.min(total, Math.ceil((top + VIEW_HEIGHT) / ROW_HEIGHT) + MARGIN_ROWS);
  const rows = useRows(batch, first, last);
  const params = batch.axes.flatMap(({ nodeId, param }) =>
    nodeId && param ? [[nodeId, param]] : [],
  );
  const count = batch.inputs.length + params.length + batch.outputs.length;
  const style = { "--columns": count } as CSSProperties;
  const scroll = (place: number) => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => setTop(place));
  };
  const numbers = Array.from({ length: last - first }, (_, index) => first + index + 1);
  return (
    <div
      className="row-grid"
      role="table"
      aria-label="Rows"
      aria-rowcount={total + 1}
      tabIndex={0}
      style={style}
      onScroll={(event) => scroll(event.currentTarget.scrollTop)}
    >
      <div className="row-grid__head" role="row" aria-rowindex={1}>
        {["Row", "State", ...batch.inputs, ...params.map(([, param]) => param)].map(
          (name, index) => (
            <span key={`${index} ${name}`} role="columnheader">
              {name}
            </span>
          ),
        )}
        {batch.outputs.map((name) => (
          <span key={name} role="columnheader" className="row-grid__output">
            {name}
          </span>
        ))}
        <span role="columnheader">Winner</span>
      </div>
      <div className="row-grid__body" role="rowgroup" style={{ height: total * ROW_HEIGHT }}>
        {numbers.map((number) => (
          <div
            key={number}
            role="row"
            aria-rowindex={number + 1}
            className="row-grid__row"
            data-winner={batch.winner === number}
            style={{ top: (number - 1) * ROW_HEIGHT }}
          >
            <RowCells batch={batch} number={number} row={rows.get(number)} params={params} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface RowCellsProps {
  batch: BatchRead;
  number: number;
  /** Undefined: it is on its way. */
  row: BatchRowRead | undefined;
  params: readonly (readonly string[])[];
}

function RowCells({ batch, number, row, params }: RowCellsProps) {
  const { workflowId, inputs, outputs, winner } = batch;
  return (
    <>
      <span role="rowheader">
        {row?.runId ? (
          <Link
            href={`/workflows/${workflowId}/runs/${row.runId}`}
            aria-label={`Run of row ${number}`}
          >
            {number}
          </Link>
        ) : (
          number
        )}
      </span>
      <span role="cell">{row && <StatusBadge status={row.runStatus ?? row.status} />}</span>
      {inputs.map((name) => (
        <InputCell key={name} name={name} value={row?.inputs[name]} />
      ))}
      {params.map(([nodeId = "", param = ""]) => (
        <span key={`${nodeId} ${param}`} role="cell" className="row-grid__text">
          {cellText(row?.overrides[nodeId]?.[param])}
        </span>
      ))}
      {outputs.map((name) => (
        <span key={name} role="cell" className="row-grid__text row-grid__output">
          {row && <OutputCell row={row} name={name} />}
        </span>
      ))}
      <span role="cell">
        <IconButton
          label={
            winner === number ? `Row ${number} is the winner` : `Make row ${number} the winner`
          }
          aria-pressed={winner === number}
          small
          onClick={() => void chooseWinner(batch, winner === number ? null : number)}
        >
          <Crown aria-hidden />
        </IconButton>
      </span>
    </>
  );
}

function InputCell({ name, value }: { name: string; value: unknown }) {
  const asset = assetOf(value);
  return (
    <span role="cell" className="row-grid__text">
      {asset ? (
        <img src={thumbnailUrl(assetUrl(asset), 80)} alt={name} loading="lazy" />
      ) : (
        cellText(value)
      )}
    </span>
  );
}

function OutputCell({ row, name }: { row: BatchRowRead; name: string }) {
  const value = row.outputs[name];
  if (value) return <ValueCell value={value} name={`${name} of row ${row.number}`} />;
  if (row.largeOutputs.includes(name)) return <em>too long for a list: see the run</em>;
  return row.status === "FAILED" ? (
    <span className="row-grid__error">{row.error?.message}</span>
  ) : null;
}

function ValueCell({ value, name }: { value: Value; name: string }) {
  switch (value.kind) {
    case "image":
      return (
        <a href={value.url} target="_blank" rel="noopener">
          <img src={thumbnailUrl(value.url, 80)} alt={name} loading="lazy" />
        </a>
      );
    case "video":
    case "audio":
      return (
        <a href={value.url} target="_blank" rel="noopener">
          {value.kind}
        </a>
      );
    case "list":
      return <>{value.items.length} items</>;
    default:
      return <>{value.kind === "text" ? value.text.slice(0, 400) : valueText(value)}</>;
  }
}

async function chooseWinner({ id }: BatchRead, number: number | null): Promise<void> {
  try {
    const batch = await setBatchWinner({ path: { batchId: id }, body: { number } });
    queryClient.setQueryData(["batch", id], batch);
  } catch (error) {
    notify(errorMessage(error), "error");
  }
}
