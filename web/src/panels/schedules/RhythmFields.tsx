/** The fields that belong to how often a schedule runs. */

import type { Draft } from "./draft";
import { DAYS } from "./words";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

interface FieldsProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

export function RhythmFields({ draft, set }: FieldsProps) {
  const { rhythm } = draft;
  if (rhythm === "interval") return <Minutes draft={draft} set={set} />;
  if (rhythm === "once") {
    return (
      <label className="labelled">
        When, by the clock of this machine
        <input
          className="field"
          type="datetime-local"
          required
          value={draft.at}
          onChange={(event) => set({ at: event.target.value })}
        />
      </label>
    );
  }
  return (
    <div className="schedule-form__pair">
      {rhythm === "weekly" && <Day draft={draft} set={set} />}
      {rhythm === "monthly" && <DateOfMonth draft={draft} set={set} />}
      {rhythm === "cron" && <Cron draft={draft} set={set} />}
      {rhythm !== "cron" && rhythm !== "hourly" && (
        <label className="labelled">
          At
          <input
            className="field"
            type="time"
            required
            value={draft.time}
            onChange={(event) => set({ time: event.target.value })}
          />
        </label>
      )}
      <label className="labelled">
        Time zone
        <input
          className="field"
          list="time-zones"
          required
          value={draft.timeZone}
          onChange={(event) => set({ timeZone: event.target.value })}
        />
        <datalist id="time-zones">
          {ZONES.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </label>
    </div>
  );
}

function Minutes({ draft, set }: FieldsProps) {
  return (
    <label className="labelled">
      Minutes from one run to the next
      <input
        className="field"
        type="number"
        required
        min={1}
        max={366 * 24 * 60}
        value={draft.minutes || ""}
        onChange={(event) => set({ minutes: Number(event.target.value) })}
      />
    </label>
  );
}

function Day({ draft, set }: FieldsProps) {
  return (
    <label className="labelled">
      On
      <select
        className="field"
        value={draft.day}
        onChange={(event) => set({ day: Number(event.target.value) })}
      >
        {DAYS.map((day, index) => (
          <option key={day} value={index}>
            {day}
          </option>
        ))}
      </select>
    </label>
  );
}

function DateOfMonth({ draft, set }: FieldsProps) {
  return (
    <label className="labelled">
      On day
      <input
        className="field"
        type="number"
        required
        min={1}
        max={31}
        value={draft.date || ""}
        onChange={(event) => set({ date: Number(event.target.value) })}
      />
    </label>
  );
}

function Cron({ draft, set }: FieldsProps) {
  return (
    <label className="labelled" title="Minute, hour, day of the month, month, day of the week">
      Cron expression
      <input
        className="field"
        required
        spellCheck={false}
        value={draft.cron}
        onChange={(event) => set({ cron: event.target.value })}
      />
    </label>
  );
}
