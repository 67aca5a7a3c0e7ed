/** The form of a schedule, with the next times as the server reckons them. */

import { ArrowLeft, CalendarClock } from "lucide-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { errorMessage } from "../../api/client";
import { createSchedule, previewSchedule, updateSchedule } from "../../api/sdk";
import type { ScheduleRead } from "../../generated/api";
import { Button } from "../../ui/Button";
import { useDebounced } from "../../ui/lists/useDebounced";
import { queryClient } from "../../ui/lists/usePagedList";
import { ListError } from "../../ui/lists/PagedList";
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
    const body = { name: name.trim() || FREQUENCIES[draft.frequency], timing, overlap, catchUp };
    try {
      await (known
        ? updateSchedule({ path: { scheduleId: known.id }, body })
        : createSchedule({ path: { workflowId }, body }));
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

/** Says what was typed in plain words, and the next five times. */
function Preview({ workflowId, draft }: { workflowId: number; draft: ScheduleFormState }) {
  const timing = timingOf(draft);
  const requested = useDebounced(JSON.stringify(timing), DEBOUNCE_MS);
  const { data, error } = useQuery(
    {
      queryKey: ["next-times", workflowId, requested],
      queryFn: ({ signal }) => {
        const body = { timing: JSON.parse(requested) as typeof timing };
        return previewSchedule({ path: { workflowId }, body, signal });
      },
      placeholderData: keepPreviousData,
    },
    queryClient,
  );
  return (
    <section className="preview-times" aria-label="Next times" role="status">
      <CalendarClock aria-hidden />
      {error ? (
        <p className="row__error">{errorMessage(error)}</p>
      ) : (
        <div>
          <p>
            <strong>{formatTiming(timing)}</strong>
          </p>
          <ol>
            {data?.nextTimes.map((time) => (
              <li key={time}>{formatDateTime(time, timeZoneOf(timing))}</li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}
