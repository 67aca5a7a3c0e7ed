/** What is to be known of a choice, in the words of the list. */

import type { Choice, ChoicePrice } from "../../../api/choices";

const NUMBER = new Intl.NumberFormat("en");
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** "Sees text and images, makes text · 1,048,576 tokens of context"; empty where nothing is known. */
export function capabilities({ sees, makes, contextTokens }: Choice): string {
  const does = [
    sees.length > 0 && `sees ${join(sees)}`,
    makes.length > 0 && `makes ${join(makes)}`,
  ];
  const context = contextTokens && `${NUMBER.format(contextTokens)} tokens of context`;
  return capital([does.filter(Boolean).join(", "), context].filter(Boolean).join(" · "));
}

/** What a million tokens cost, and until when. */
export function priceText({ price, nextPrice }: Choice): string {
  if (!price) return "";
  const now = `${amounts(price)} per million tokens`;
  if (!price.until) return now;
  const then = nextPrice ? `, then ${amounts(nextPrice)}` : "";
  return `${now} until ${formatDay(price.until)}${then}`;
}

/** What else is to be known: of one that can be used its description, of another what to set first. */
export function remark({ available, demo, price, retiresAt, description }: Choice): string {
  return demo || retiresAt || (price && !available) ? "" : description;
}

/** Of when the prices of a list are, if it has any. */
export function priceNote(choices: readonly Choice[]): string {
  const days = choices.flatMap(({ price }) => (price ? [price.asOf] : [])).toSorted();
  const [oldest] = days;
  if (!oldest) return "";
  return `Prices as of ${formatDay(oldest)}, without discounts and taxes.`;
}

/** What became of a model, or will; empty: it stays, as far as is known. */
export function retirement({ retiresAt, replacement }: Choice, today: string): string {
  if (retiresAt)
    return `${retiresAt <= today ? "Retired on" : "Retires on"} ${formatDay(retiresAt)}`;
  return replacement ? "Replaced" : "";
}

/** Those that a typed text means, the offered ones first; untouched, all that are offered. */
export function matching(
  choices: readonly Choice[],
  typed: string,
  touched: boolean,
): readonly Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!touched) return choices.filter(({ offered, id }) => offered || id === typed);
  return choices.filter(({ id, title }) => {
    const searched = `${id} ${title}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

function amounts({ input, output, currency }: ChoicePrice): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return `${format.format(input)} in, ${format.format(output)} out`;
}

function formatDay(day: string): string {
  return DAY.format(new Date(day));
}

const PLURALS: Record<string, string> = { image: "images", video: "videos", audio: "sounds" };

function join(kinds: readonly string[]): string {
  return kinds.map((kind) => PLURALS[kind] ?? kind).join(" and ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
