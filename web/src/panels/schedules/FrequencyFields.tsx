/** The fields that belong to how often a schedule runs. */

import type { Draft } from "./formState";
import { Choice, Field } from "./fields";
import { DAYS } from "./format";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];
const WEEK = Object.fromEntries(DAYS.entries());

interface FieldsProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

export function RhythmFields({ draft, set }: FieldsProps) {
  const { rhythm } = draft;
  if (rhythm === "interval") {
    return (
      <Field
        words="Minutes from one run to the next"
        type="number"
        required
        min={1}
        max={366 * 24 * 60}
        value={draft.minutes || ""}
        set={(minutes) => set({ minutes: Number(minutes) })}
      />
    );
  }
  if (rhythm === "once") {
    return (
      <Field
        words="When, by the clock of this machine"
        type="datetime-local"
        required
        value={draft.at}
        set={(at) => set({ at })}
      />
    );
  }
  return (
    <div className="schedule-form__pair">
      <CronFields draft={draft} set={set} />
      <Field
        words="Time zone"
        list="time-zones"
        required
        value={draft.timeZone}
        set={(timeZone) => set({ timeZone })}
      >
        <datalist id="time-zones">
          {ZONES.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </Field>
    </div>
  );
}

function CronFields({ draft, set }: FieldsProps) {
  const { rhythm } = draft;
  if (rhythm === "hourly") return null;
  if (rhythm === "cron") {
    return (
      <Field
        words="Cron expression"
        title="Minute, hour, day of the month, month, day of the week"
        required
        spellCheck={false}
        value={draft.cron}
        set={(cron) => set({ cron })}
      />
    );
  }
  return (
    <>
      {rhythm === "weekly" && (
        <Choice
          words="On"
          value={String(draft.day)}
          choices={WEEK}
          set={(day) => set({ day: Number(day) })}
        />
      )}
      {rhythm === "monthly" && (
        <Field
          words="On day"
          type="number"
          required
          min={1}
          max={31}
          value={draft.date || ""}
          set={(date) => set({ date: Number(date) })}
        />
      )}
      <Field words="At" type="time" required value={draft.time} set={(time) => set({ time })} />
    </>
  );
}
