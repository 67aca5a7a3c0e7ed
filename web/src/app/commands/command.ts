/** A command of the editor. */

export interface Command {
  id: string;
  title: string;
  section: "Edit" | "Select" | "Run" | "View" | "Add" | "Workflow" | "Help";
  /** Keys as `Mod+Shift+Z`; Mod is ⌘ on a Mac, Ctrl elsewhere. The first is the one shown. */
  keys: string[];
  /** Whether it makes sense right now. */
  enabled?: () => boolean;
  run: () => void;
}

type SectionCommand = Omit<Command, "section" | "keys"> & Partial<Pick<Command, "keys">>;

/** Commands of one section; most have no keys. */
export function withSection(section: Command["section"], commands: SectionCommand[]): Command[] {
  return commands.map((command) => ({ keys: [], ...command, section }));
}
