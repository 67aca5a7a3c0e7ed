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
import { type Draft, draftOf, emptyDraft, type Rhythm, RHYTHMS, timingOf } from "./draft";
import { RhythmFields } from "./RhythmFields";
import { CATCH_UPS, momentWords, OVERLAPS, timingWords, zoneOf } from "./words";

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
      <label className="labelled">
        Name
        <input
          className="field"
          autoFocus
          maxLength={100}
          placeholder={RHYTHMS[draft.rhythm]}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </label>
      <label className="labelled">
        How often
        <Choice value={draft.rhythm} choices={RHYTHMS} set={(rhythm: Rhythm) => set({ rhythm })} />
      </label>
      <RhythmFields draft={draft} set={set} />
      <Preview workflowId={workflowId} draft={draft} />
      <label className="labelled">
        If an earlier run still goes on
        <Choice
          value={draft.overlap}
          choices={OVERLAPS}
          set={(overlap: Draft["overlap"]) => set({ overlap })}
        />
      </label>
      <label className="labelled">
        If Nodeloom was off at that time
        <Choice
          value={draft.catchUp}
          choices={CATCH_UPS}
          set={(catchUp: Draft["catchUp"]) => set({ catchUp })}
        />
      </label>
      {failure && (
        <p className="panel__failure" role="alert">
          {failure}
        </p>
      )}
      <div className="schedule-form__end">
        <Button type="submit" look="primary">
          {known ? "Save" : "Make the schedule"}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  value: T;
  choices: Record<T, string>;
  set: (value: T) => void;
}

function Choice<T extends string>({ value, choices, set }: ChoiceProps<T>) {
  return (
    <select className="field" value={value} onChange={(event) => set(event.target.value as T)}>
      {Object.entries<string>(choices).map(([id, title]) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
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
