/** Light, dark, or as the system has it. */

import { Moon, Sun, SunMoon } from "lucide-react";
import { setTheme, type Theme, useSession } from "../../stores/session";
import { Menu } from "../menu/Menu";

const ICONS: Record<Theme, typeof Sun> = { system: SunMoon, light: Sun, dark: Moon };

export function ThemeMenu() {
  const theme = useSession((state) => state.theme);
  const Icon = ICONS[theme];
  const entry = (each: Theme, label: string) => {
    const Mark = ICONS[each];
    return { label, icon: <Mark aria-hidden />, run: () => setTheme(each) };
  };
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Light or dark"
          title="Light or dark"
        >
          <Icon aria-hidden />
        </button>
      }
      entries={[entry("system", "As the system"), entry("light", "Light"), entry("dark", "Dark")]}
    />
  );
}
