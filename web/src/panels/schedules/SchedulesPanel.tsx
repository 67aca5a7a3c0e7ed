/** The schedules of the workflow: when it runs by itself. */

import "./schedules.css";
import { CalendarClock, Pencil, Plus, Trash2 } from "lucide-react";
import { useCallback, useState } from "react";
import {
  changeSchedule,
  createSchedule,
  deleteSchedule,
  listSchedules,
  type ScheduleRead,
} from "../../api/schedules";
import { openInPanel } from "../../stores/view";
import { notify, showPanel } from "../../stores/session";
import { Button, IconButton } from "../../ui/Button";
import { tellError } from "../preview/actions";
import { Failure, More } from "../PagedList";
import { usePages } from "../usePagedList";
import { ScheduleForm } from "./ScheduleForm";
import { momentWords, tickWords, timingWords, zoneOf } from "./format";

const idOf = ({ id }: ScheduleRead) => id;

export function SchedulesPanel({ workflowId }: { workflowId: number }) {
  const read = useCallback(
    (cursor: string | null) => listSchedules(workflowId, cursor),
    [workflowId],
  );
  const { items, hasMore, failure, refresh, readMore } = usePages(read, idOf);
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
    <Button small look="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden /> New schedule
    </Button>
  );
  return (
    <>
      <Failure text={failure} />
      {items?.length === 0 ? <NothingYet add={add} /> : <div className="panel__bar">{add}</div>}
      <ul className="panel__list" aria-label="Schedules">
        {items?.map((schedule) => (
          <li key={schedule.id}>
            <Entry schedule={schedule} changed={refresh} edit={() => setEditing(schedule)} />
          </li>
        ))}
      </ul>
      <More of="schedules" hasMore={hasMore} read={readMore} />
    </>
  );
}

function NothingYet({ add }: { add: React.ReactNode }) {
  return (
    <div className="panel__teach">
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
  changed: () => Promise<void>;
  edit: () => void;
}

function Entry({ schedule, changed, edit }: EntryProps) {
  const { id, name, paused, timing, lastTick } = schedule;
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
            onChange={() => void changeSchedule(id, { paused: !paused }).then(changed, tellError)}
          />
          {paused ? "Paused" : "On"}
        </label>
      </div>
      <p>{timingWords(timing)}</p>
      {!paused && <NextTimes schedule={schedule} />}
      {lastTick && (
        <p className="muted schedule__last" data-outcome={lastTick.outcome}>
          {tickWords(lastTick)}
        </p>
      )}
      <div className="deeds">
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
  const [first, ...more] = nextTimes.map((time) => momentWords(time, zoneOf(timing)));
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
        openInPanel(runId);
      }}
    >
      Open its last run
    </Button>
  );
}

/** Deletes a schedule; undo makes the same one again. */
async function deleteWithUndo(schedule: ScheduleRead, changed: () => Promise<void>): Promise<void> {
  const { name, timing, scope, reuse, inputs, catchUp, overlap, paused, workflowId } = schedule;
  const same = { name, timing, scope, reuse, inputs, catchUp, overlap, paused };
  try {
    await deleteSchedule(schedule.id);
  } catch (error) {
    tellError(error);
    return;
  }
  notify(`The schedule “${name}” is deleted.`, "info", {
    label: "Undo",
    run: () => void createSchedule(workflowId, same).then(changed, tellError),
  });
  await changed();
}
