/** The schedules of the workflow: when it runs by itself. */

import "./schedules.css";
import { CalendarClock, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  createSchedule,
  deleteSchedule,
  listWorkflowSchedules,
  updateSchedule,
} from "../../api/sdk";
import type { ScheduleRead } from "../../generated/api";
import { openRunInPanel } from "../../stores/view";
import { notify, showPanel } from "../../stores/session";
import { Button, IconButton } from "../../ui/Button";
import { notifyError } from "../preview/actions";
import { ListError, LoadMore } from "../../ui/lists/PagedList";
import { usePagedList } from "../../ui/lists/usePagedList";
import { ScheduleForm } from "./ScheduleForm";
import { formatDateTime, formatTick, formatTiming, timeZoneOf } from "./format";

const PAGE_SIZE = 50;

export function SchedulesPanel({ workflowId }: { workflowId: number }) {
  const { items, hasMore, failure, refresh, loadMore } = usePagedList(
    ["schedules", workflowId],
    (page) => listWorkflowSchedules({ path: { workflowId }, query: { ...page, limit: PAGE_SIZE } }),
  );
  const [editing, setEditing] = useState<ScheduleRead | "new" | null>(null);
  const close = () => {
    setEditing(null);
    void refresh();
  };
  if (editing) {
    const known = editing === "new" ? null : editing;
    return <ScheduleForm workflowId={workflowId} known={known} onClose={close} />;
  }
  const add = (
    <Button small variant="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden /> New schedule
    </Button>
  );
  return (
    <>
      <ListError text={failure} />
      {items?.length === 0 ? <NoSchedules add={add} /> : <div className="panel__bar">{add}</div>}
      <ul className="panel__list" aria-label="Schedules">
        {items?.map((schedule) => (
          <li key={schedule.id}>
            <Entry schedule={schedule} changed={refresh} edit={() => setEditing(schedule)} />
          </li>
        ))}
      </ul>
      <LoadMore of="schedules" hasMore={hasMore} load={loadMore} />
    </>
  );
}

function NoSchedules({ add }: { add: React.ReactNode }) {
  return (
    <div className="panel__intro">
      <CalendarClock aria-hidden />
      <h3>It runs only when you say so</h3>
      <p className="muted">
        A schedule runs this workflow by itself, such as every weekday at nine, also while nobody
        has this page open. Its runs are in the history like all others.
      </p>
      {add}
    </div>
  );
}

interface EntryProps {
  schedule: ScheduleRead;
  changed: () => Promise<unknown>;
  edit: () => void;
}

function Entry({ schedule, changed, edit }: EntryProps) {
  const { id: scheduleId, name, paused, timing, lastTick } = schedule;
  const toggle = () =>
    updateSchedule({ path: { scheduleId }, body: { paused: !paused } }).then(changed, notifyError);
  return (
    <article className="schedule" data-paused={paused}>
      <div className="schedule__head">
        <h4 className="schedule__name">{name}</h4>
        <label className="check">
          <input
            type="checkbox"
            role="switch"
            aria-label={`“${name}” is on`}
            checked={!paused}
            onChange={() => void toggle()}
          />
          {paused ? "Paused" : "On"}
        </label>
      </div>
      <p>{formatTiming(timing)}</p>
      {!paused && <NextTimes schedule={schedule} />}
      {lastTick && (
        <p className="muted schedule__last" data-outcome={lastTick.outcome}>
          {formatTick(lastTick)}
        </p>
      )}
      <div className="actions">
        {lastTick?.runId && <OpenRun runId={lastTick.runId} />}
        <span className="schedule__tools">
          <IconButton small label={`Change “${name}”`} onClick={edit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton
            small
            label={`Delete “${name}”`}
            onClick={() => void deleteWithUndo(schedule, changed)}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </span>
      </div>
    </article>
  );
}

function NextTimes({ schedule: { nextTimes, nextAt, timing } }: { schedule: ScheduleRead }) {
  if (!nextAt) return <p className="muted">There is no time left at which it would run.</p>;
  const [first, ...more] = nextTimes.map((time) => formatDateTime(time, timeZoneOf(timing)));
  return (
    <p className="schedule__next">
      Next: <strong>{first}</strong>
      {more.length > 0 && <span className="muted">, then {more.join("; ")}</span>}
    </p>
  );
}

function OpenRun({ runId }: { runId: string }) {
  return (
    <Button
      small
      onClick={() => {
        showPanel("runs");
        openRunInPanel(runId);
      }}
    >
      Open its last run
    </Button>
  );
}

/** Deletes a schedule; undo makes the same one again. */
async function deleteWithUndo(
  schedule: ScheduleRead,
  changed: () => Promise<unknown>,
): Promise<void> {
  const { name, timing, scope, reuse, inputs, catchUp, overlap, paused, workflowId } = schedule;
  const body = { name, timing, scope, reuse, inputs, catchUp, overlap, paused };
  try {
    await deleteSchedule({ path: { scheduleId: schedule.id } });
  } catch (error) {
    notifyError(error);
    return;
  }
  notify(`The schedule “${name}” is deleted.`, "info", {
    label: "Undo",
    run: () => void createSchedule({ path: { workflowId }, body }).then(changed, notifyError),
  });
  await changed();
}
