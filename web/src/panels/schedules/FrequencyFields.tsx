/** The fields that belong to how often a schedule runs. */

import type { ScheduleFormState } from "./formState";
import { SelectField, Field } from "./fields";
import { DAYS } from "./format";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];
const WEEK = Object.fromEntries(DAYS.entries());

interface FieldsProps {
  draft: ScheduleFormState;
  set: (changes: Partial<ScheduleFormState>) => void;
}

export function FrequencyFields({ draft, set }: FieldsProps) {
  const { frequency } = draft;
  if (frequency === "interval") {
    return (
      <Field
        label="Minutes from one run to the next"
        type="number"
        required
        min={1}
        max={366 * 24 * 60}
        value={draft.minutes || ""}
        set={(minutes) => set({ minutes: Number(minutes) })}
      />
    );
  }
  if (frequency === "once") {
    return (
      <Field
        label="When, by the clock of this machine"
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
        label="Time zone"
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
  const { frequency } = draft;
  if (frequency === "hourly") return null;
  if (frequency === "cron") {
    return (
      <Field
        label="Cron expression"
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
      {frequency === "weekly" && (
        <SelectField
          label="On"
          value={String(draft.day)}
          choices={WEEK}
          set={(day) => set({ day: Number(day) })}
        />
      )}
      {frequency === "monthly" && (
        <Field
          label="On day"
          type="number"
          required
          min={1}
          max={31}
          value={draft.date || ""}
          set={(date) => set({ date: Number(date) })}
        />
      )}
      <Field label="At" type="time" required value={draft.time} set={(time) => set({ time })} />
    </>
  );
}
