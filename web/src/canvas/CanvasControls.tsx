/** Zoom and tools, at the lower edge of the canvas. */

import { Panel } from "@xyflow/react";
import {
  Hand,
  Magnet,
  Map as MapIcon,
  Maximize,
  Minus,
  MousePointer2,
  Plus,
  Wand2,
} from "lucide-react";
import { toggleMinimap, toggleSnapping, useSession } from "../stores/session";
import { IconButton } from "../ui/Button";
import { arrangeNodes } from "../editing/placing";
import { editor } from "../sync/editor";

export function CanvasControls() {
  const zoom = useSession((state) => Math.round(state.viewport.zoom * 100));
  const tool = useSession((state) => state.tool);
  const map = useSession((state) => state.minimapOpen && state.nodeListOpen);
  const snapping = useSession((state) => state.snapping);
  return (
    <Panel position="bottom-left" className="controls" role="toolbar" aria-label="View">
      <IconButton
        label="Pan"
        keys="H"
        aria-pressed={tool === "pan"}
        onClick={() => useSession.setState({ tool: "pan" })}
      >
        <Hand aria-hidden />
      </IconButton>
      <IconButton
        label="Select"
        keys="V"
        aria-pressed={tool === "select"}
        onClick={() => useSession.setState({ tool: "select" })}
      >
        <MousePointer2 aria-hidden />
      </IconButton>
      <span className="controls__line" />
      <IconButton label="Zoom out" keys="−" onClick={() => editor.view.zoomBy(-1)}>
        <Minus aria-hidden />
      </IconButton>
      <button
        type="button"
        className="button button--quiet controls__zoom"
        aria-label={`Zoom: ${zoom} percent; set to 100`}
        onClick={() => editor.view.zoomTo(1)}
      >
        {zoom} %
      </button>
      <IconButton label="Zoom in" keys="+" onClick={() => editor.view.zoomBy(1)}>
        <Plus aria-hidden />
      </IconButton>
      <IconButton label="Show everything" keys="Shift 1" onClick={() => editor.view.fit()}>
        <Maximize aria-hidden />
      </IconButton>
      <IconButton label="Map" keys="M" aria-pressed={map} onClick={toggleMinimap}>
        <MapIcon aria-hidden />
      </IconButton>
      <IconButton label="Snap" keys="Shift S" aria-pressed={snapping} onClick={toggleSnapping}>
        <Magnet aria-hidden />
      </IconButton>
      <span className="controls__line" />
      <IconButton label="Arrange" keys="Shift A" onClick={() => void arrangeNodes()}>
        <Wand2 aria-hidden />
      </IconButton>
    </Panel>
  );
}
