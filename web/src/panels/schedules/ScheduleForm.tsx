/** The form of a schedule, with the next times as the server reckons them. */

import { ArrowLeft, CalendarClock } from "lucide-react";
import { type SyntheticEvent, useEffect, useState } from "react";
import { sentenceOf } from "../../api/client";
import {
  changeSchedule,
  createSchedule,
  previewTimes,
  type ScheduleRead,
} from "../../api/schedules";
import { Button } from "../../ui/Button";
import { Failure } from "../PagedList";
import { type Draft, draftOf, emptyDraft, RHYTHMS, timingOf } from "./formState";
import { Choice, Field } from "./fields";
import { RhythmFields } from "./FrequencyFields";
import { CATCH_UPS, momentWords, OVERLAPS, timingWords, zoneOf } from "./format";

interface FormProps {
  workflowId: number;
  /** The schedule that is changed; null: a new one. */
  known: ScheduleRead | null;
  onClose: () => void;
}

export function ScheduleForm({ workflowId, known, onClose }: FormProps) {
  const [draft, setDraft] = useState<Draft>(() => (known ? draftOf(known) : emptyDraft()));
  const [failure, setFailure] = useState<string | null>(null);
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    const { name, overlap, catchUp } = draft;
    const timing = timingOf(draft);
    const wanted = { name: name.trim() || RHYTHMS[draft.rhythm], timing, overlap, catchUp };
    try {
      await (known ? changeSchedule(known.id, wanted) : createSchedule(workflowId, wanted));
      onClose();
    } catch (error) {
      setFailure(sentenceOf(error));
    }
  };
  return (
    <form className="schedule-form" onSubmit={(event) => void save(event)}>
      <div className="panel__bar">
        <Button small look="quiet" onClick={onClose}>
          <ArrowLeft aria-hidden /> All schedules
        </Button>
      </div>
      <h3 className="schedule-form__title">{known ? `Change “${known.name}”` : "New schedule"}</h3>
      <Field
        words="Name"
        autoFocus
        maxLength={100}
        placeholder={RHYTHMS[draft.rhythm]}
        value={draft.name}
        set={(name) => set({ name })}
      />
      <Choice
        words="How often"
        value={draft.rhythm}
        choices={RHYTHMS}
        set={(rhythm) => set({ rhythm })}
      />
      <RhythmFields draft={draft} set={set} />
      <Preview workflowId={workflowId} draft={draft} />
      <Choice
        words="If an earlier run still goes on"
        value={draft.overlap}
        choices={OVERLAPS}
        set={(overlap) => set({ overlap })}
      />
      <Choice
        words="If Nodeloom was off at that time"
        value={draft.catchUp}
        choices={CATCH_UPS}
        set={(catchUp) => set({ catchUp })}
      />
      <Failure text={failure} />
      <div className="schedule-form__end">
        <Button type="submit" look="primary">
          {known ? "Save" : "Make the schedule"}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

const QUIET_MS = 250;

interface Told {
  asked: string;
  times: readonly string[];
  failure: string | null;
}

/** Says what was typed in plain words, and the next five times. */
function Preview({ workflowId, draft }: { workflowId: number; draft: Draft }) {
  const timing = timingOf(draft);
  const asked = JSON.stringify(timing);
  const [told, setTold] = useState<Told | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const wanted = JSON.parse(asked) as typeof timing;
      previewTimes(workflowId, wanted, stop.signal).then(
        (times) => {
          const zone = zoneOf(wanted);
          const words = times.map((time) => momentWords(time, zone));
          setTold({ asked, times: words, failure: null });
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setTold({ asked, times: [], failure: sentenceOf(error) });
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [workflowId, asked]);
  const failure = told?.asked === asked ? told.failure : null;
  return (
    <section className="preview-times" aria-label="Next times" role="status">
      <CalendarClock aria-hidden />
      {failure ? (
        <p className="row__wrong">{failure}</p>
      ) : (
        <div>
          <p>
            <strong>{timingWords(timing)}</strong>
          </p>
          <ol>
            {told?.times.map((time) => (
              <li key={time}>{time}</li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}
