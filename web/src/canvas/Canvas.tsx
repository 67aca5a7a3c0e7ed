/** The canvas: React Flow over the document and the session. */

import "@xyflow/react/dist/base.css";
import "./canvas.css";
import { ReactFlow, ReactFlowProvider, SelectionMode, useStore, useStoreApi } from "@xyflow/react";
import { type CSSProperties, memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { followCanvas, useDistance, useMoving, useTargetSize } from "../nodes/detail";
import { NodeView } from "../nodes/NodeView";
import { useZoomToNode } from "../nodes/useZoomToNode";
import { useDocument, useReadOnly } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { hasTouch, useSession } from "../stores/session";
import { AddNodeMenu } from "./AddNodeMenu";
import { CanvasContextMenu, onContextMenu } from "./CanvasContextMenu";
import {
  FlowElements,
  type CanvasEdge,
  type CanvasElement,
  VIRTUALIZE_ABOVE,
} from "../editing/flowElements";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectionLine } from "./ConnectionLine";
import { CanvasControls } from "./CanvasControls";
import { DragGuides } from "./DragGuides";
import { GroupFrameView } from "./GroupFrameView";
import { CanvasBackground } from "./drawing/CanvasBackground";
import { CanvasMap } from "./drawing/CanvasMap";
import { ReadOnlyNodeView } from "./ReadOnlyNodeView";
import { useConnectionHandlers } from "./useConnectionHandlers";
import { useDropHandlers } from "./useDropHandlers";
import { useFlowChanges } from "./useFlowChanges";
import { EdgeView, NodeBoxes } from "./EdgeView";
import { editor } from "../sync/editor";
import { FIT, storeViewport } from "../sync/canvasView";

const NODE_TYPES = { step: NodeView, frame: GroupFrameView };
const READ_ONLY_NODE_TYPES = { step: ReadOnlyNodeView, frame: GroupFrameView };
const EDGE_TYPES = { wire: EdgeView };
/** From farthest away an edge would be a fraction of a pixel wide. */
const NO_EDGES: CanvasEdge[] = [];

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Surface />
    </ReactFlowProvider>
  );
}

function useFlowElements() {
  const catalogue = useCatalogue();
  const composer = useMemo(() => new FlowElements(catalogue), [catalogue]);
  const graph = useDocument((state) => state.graph);
  const selectedNodes = useSession((state) => state.selectedNodes);
  const selectedEdges = useSession((state) => state.selectedEdges);
  const sizes = useSession((state) => state.sizes);
  const dragged = useSession((state) => state.draggedPositions);
  const readOnly = useReadOnly();
  const appearance = useMemo(
    () => ({ selectedNodes, sizes, dragged, selectFirst: hasTouch() && !readOnly }),
    [selectedNodes, sizes, dragged, readOnly],
  );
  const nodes = useMemo(() => composer.nodesOf(graph, appearance), [composer, graph, appearance]);
  // Not of all looks: while a node is dragged the edges stay the same array.
  const edges = useMemo(
    () => composer.edgesOf(graph, selectedEdges),
    [composer, graph, selectedEdges],
  );
  const boxes = useMemo(
    () => composer.boxesOf(nodes, dragged.size > 0),
    [composer, nodes, dragged],
  );
  return { nodes, edges, boxes };
}

function useMiniMapColor() {
  const catalogue = useCatalogue();
  return useCallback(
    (node: CanvasElement) => {
      if (node.type !== "step") return "transparent";
      const output = catalogue.byId.get(node.data.node.type)?.output;
      return (output && catalogue.kinds.get(output)?.color) ?? "#888";
    },
    [catalogue],
  );
}

function Surface() {
  const { nodes, edges, boxes } = useFlowElements();
  const element = useRef<HTMLDivElement>(null);
  const changes = useFlowChanges();
  const connecting = useConnectionHandlers();
  const dropping = useDropHandlers();
  const workflowId = useDocument((state) => state.workflowId);
  const viewport = useSession((state) => state.viewport);
  const tool = useSession((state) => state.tool);
  const readOnly = useReadOnly();
  const store = useStoreApi();
  useEffect(() => followCanvas(store), [store]);
  const distance = useDistance();
  const moving = useMoving();
  const target = { "--target": `${useTargetSize()}px` } as CSSProperties;
  const onNodeClick = useZoomToNode(distance);
  const untouched = viewport.x === 0 && viewport.y === 0 && viewport.zoom === 1;
  // Of an empty canvas there is nothing to fit: its first node stays where it was dropped.
  const [filled] = useState(nodes.length > 0);
  const fitted = (filled && untouched) || readOnly;
  // The banner above what is only looked at comes after it, and so do results.
  const size = useStore((state) => `${state.width} ${state.height}`);
  useEffect(() => {
    if (readOnly) editor.view.refit();
  }, [readOnly, boxes, size]);
  return (
    <section
      ref={element}
      className="canvas"
      style={target}
      aria-label="Canvas"
      data-tool={tool}
      data-distance={distance}
      data-moving={moving}
      onContextMenu={onContextMenu}
      {...dropping}
    >
      <NodeBoxes value={boxes}>
        <ReactFlow
          key={`${workflowId} ${readOnly}`}
          nodes={nodes}
          edges={distance === "farthest" ? NO_EDGES : edges}
          nodeTypes={readOnly ? READ_ONLY_NODE_TYPES : NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          {...changes}
          {...connecting}
          onNodeClick={onNodeClick}
          connectionLineComponent={ConnectionLine}
          connectionRadius={28}
          defaultViewport={viewport}
          fitView={fitted}
          fitViewOptions={FIT}
          minZoom={0.02}
          maxZoom={2.5}
          onInit={(flow) => editor.view.attach(flow, element.current, fitted)}
          onMoveStart={(event) => event && editor.view.noteMove()}
          nodesDraggable={!readOnly}
          nodesConnectable={!readOnly}
          onMoveEnd={(_, at) => {
            useSession.setState({ viewport: at });
            if (workflowId !== null && !readOnly) storeViewport(workflowId, at);
          }}
          onlyRenderVisibleElements={nodes.length > VIRTUALIZE_ABOVE}
          panOnScroll
          panOnDrag={tool === "pan" ? true : [1, 2]}
          selectionOnDrag={tool === "select"}
          selectionMode={SelectionMode.Partial}
          elevateEdgesOnSelect
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          multiSelectionKeyCode={["Shift", "Meta", "Control"]}
          proOptions={{ hideAttribution: true }}
        >
          <CanvasOverlays map={nodes.length > 0} />
        </ReactFlow>
      </NodeBoxes>
      <Menus />
    </section>
  );
}

/** What is around the nodes; not drawn again for each frame of a drag. */
const CanvasOverlays = memo(function Furniture({ map }: { map: boolean }) {
  const color = useMiniMapColor();
  const later = useDelayed();
  const open = useSession((state) => state.minimapOpen);
  const place = useSession((state) => state.minimapPlace);
  return (
    <>
      <CanvasBackground />
      <CanvasControls />
      <DragGuides />
      {map && open && later && place && createPortal(<CanvasMap colorOf={color} />, place)}
    </>
  );
});

/** False until the nodes are on the screen. */
function useDelayed(): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), 50);
    return () => clearTimeout(timer);
  }, []);
  return later;
}

const Menus = memo(function Menus() {
  return (
    <>
      <AddNodeMenu />
      <ConnectDialog />
      <CanvasContextMenu />
    </>
  );
});
