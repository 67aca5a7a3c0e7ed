/** The tour of the sample: which step is shown. It comes by itself once in a browser. */

import { Store } from "./store";

interface TourState {
  /** Null: there is none. */
  step: number | null;
}

const SEEN_KEY = "nodeloom.tour";

class TourStore extends Store<TourState> {
  constructor() {
    super({ step: null });
  }

  /** Begins, unless it was seen or left before. */
  readonly offer = (): void => {
    if (localStorage.getItem(SEEN_KEY) === null) this.start();
  };

  readonly start = (): void => this.goTo(0);

  readonly goTo = (step: number): void => {
    localStorage.setItem(SEEN_KEY, "seen");
    this.set({ step });
  };

  readonly leave = (): void => this.set({ step: null });
}

export const { use: useTour, offer: offerTour, start: startTour, goTo, leave } = new TourStore();
