/** The form of a schedule, with the next times as the server reckons them. */

import { ArrowLeft, CalendarClock } from "lucide-react";
import { type SyntheticEvent, useEffect, useState } from "react";
import { errorMessage } from "../../api/client";
import {
  changeSchedule,
  createSchedule,
  previewTimes,
  type ScheduleRead,
} from "../../api/schedules";
import { Button } from "../../ui/Button";
import { ListError } from "../PagedList";
import {
  type ScheduleFormState,
  formStateOf,
  newFormState,
  FREQUENCIES,
  timingOf,
} from "./formState";
import { SelectField, Field } from "./fields";
import { FrequencyFields } from "./FrequencyFields";
import {
  CATCH_UP_OPTIONS,
  formatDateTime,
  OVERLAP_OPTIONS,
  formatTiming,
  timeZoneOf,
} from "./format";

interface FormProps {
  workflowId: number;
  /** The schedule that is changed; null: a new one. */
  known: ScheduleRead | null;
  onClose: () => void;
}

export function ScheduleForm({ workflowId, known, onClose }: FormProps) {
  const [draft, setDraft] = useState<ScheduleFormState>(() =>
    known ? formStateOf(known) : newFormState(),
  );
  const [failure, setFailure] = useState<string | null>(null);
  const set = (changes: Partial<ScheduleFormState>) => setDraft({ ...draft, ...changes });
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { name, overlap, catchUp } = draft;
    const timing = timingOf(draft);
    const wanted = { name: name.trim() || FREQUENCIES[draft.frequency], timing, overlap, catchUp };
    try {
      await (known ? changeSchedule(known.id, wanted) : createSchedule(workflowId, wanted));
      onClose();
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  return (
    <form className="schedule-form" onSubmit={(event) => void save(event)}>
      <div className="panel__bar">
        <Button small variant="quiet" onClick={onClose}>
          <ArrowLeft aria-hidden /> All schedules
        </Button>
      </div>
      <h3 className="schedule-form__title">{known ? `Change “${known.name}”` : "New schedule"}</h3>
      <Field
        label="Name"
        autoFocus
        maxLength={100}
        placeholder={FREQUENCIES[draft.frequency]}
        value={draft.name}
        set={(name) => set({ name })}
      />
      <SelectField
        label="How often"
        value={draft.frequency}
        choices={FREQUENCIES}
        set={(frequency) => set({ frequency })}
      />
      <FrequencyFields draft={draft} set={set} />
      <Preview workflowId={workflowId} draft={draft} />
      <SelectField
        label="If an earlier run still goes on"
        value={draft.overlap}
        choices={OVERLAP_OPTIONS}
        set={(overlap) => set({ overlap })}
      />
      <SelectField
        label="If Nodeloom was off at that time"
        value={draft.catchUp}
        choices={CATCH_UP_OPTIONS}
        set={(catchUp) => set({ catchUp })}
      />
      <ListError text={failure} />
      <div className="schedule-form__end">
        <Button type="submit" variant="primary">
          {known ? "Save" : "Make the schedule"}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

const DEBOUNCE_MS = 250;

interface TimesPreview {
  requested: string;
  times: readonly string[];
  failure: string | null;
}

/** Says what was typed in plain words, and the next five times. */
function Preview({ workflowId, draft }: { workflowId: number; draft: ScheduleFormState }) {
  const timing = timingOf(draft);
  const requested = JSON.stringify(timing);
  const [preview, setTold] = useState<TimesPreview | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const wanted = JSON.parse(requested) as typeof timing;
      previewTimes(workflowId, wanted, stop.signal).then(
        (times) => {
          const zone = timeZoneOf(wanted);
          const words = times.map((time) => formatDateTime(time, zone));
          setTold({ requested, times: words, failure: null });
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setTold({ requested, times: [], failure: errorMessage(error) });
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [workflowId, requested]);
  const failure = preview?.requested === requested ? preview.failure : null;
  return (
    <section className="preview-times" aria-label="Next times" role="status">
      <CalendarClock aria-hidden />
      {failure ? (
        <p className="row__wrong">{failure}</p>
      ) : (
        <div>
          <p>
            <strong>{formatTiming(timing)}</strong>
          </p>
          <ol>
            {preview?.times.map((time) => (
              <li key={time}>{time}</li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}
