/** The canvas: React Flow over the document and the session. */

import "@xyflow/react/dist/base.css";
import "./canvas.css";
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useStore,
} from "@xyflow/react";
import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { FarStep } from "../nodes/NodeViewFar";
import { StepView } from "../nodes/NodeView";
import { useDocument, useReadOnly } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { useSession } from "../stores/session";
import { rememberViewport } from "../sync/open";
import { AddMenu } from "./AddNodeMenu";
import { Composer, type FlowNode, MANY } from "../editing/flowElements";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectionLine } from "./ConnectionLine";
import { Controls } from "./CanvasControls";
import { setFlow } from "../editing/viewport";
import { FrameView } from "./GroupFrameView";
import { PastStep } from "./ReadOnlyNodeView";
import { useConnecting } from "./useConnectionHandlers";
import { useDropping } from "./useDropHandlers";
import { useFlowChanges } from "./useFlowChanges";
import { WireView } from "./EdgeView";

const NODE_TYPES = { step: StepView, frame: FrameView };
const PAST_NODE_TYPES = { step: PastStep, frame: FrameView };
const FAR_NODE_TYPES = { step: FarStep, frame: FrameView };
const EDGE_TYPES = { wire: WireView };
/** Below this zoom nobody can read a form: nodes are drawn as names and pictures. */
const FAR = 0.28;
/** As many as a stored workflow can have; a map of more would cost every frame. */
const MOST_IN_MINIMAP = 500;

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Surface />
    </ReactFlowProvider>
  );
}

function useComposed() {
  const catalogue = useCatalogue();
  const composer = useMemo(() => new Composer(catalogue), [catalogue]);
  const graph = useDocument((state) => state.graph);
  const selectedNodes = useSession((state) => state.selectedNodes);
  const selectedEdges = useSession((state) => state.selectedEdges);
  const sizes = useSession((state) => state.sizes);
  const dragged = useSession((state) => state.dragged);
  const looks = useMemo(() => ({ selectedNodes, sizes, dragged }), [selectedNodes, sizes, dragged]);
  const nodes = useMemo(() => composer.nodes(graph, looks), [composer, graph, looks]);
  // Not of all looks: while a node is dragged the edges stay the same array.
  const edges = useMemo(
    () => composer.wiresOf(graph, selectedEdges),
    [composer, graph, selectedEdges],
  );
  return { nodes, edges };
}

function useMiniMapColor() {
  const catalogue = useCatalogue();
  return useCallback(
    (node: FlowNode) => {
      if (node.type !== "step") return "transparent";
      const output = catalogue.byId.get(node.data.node.type)?.output;
      return (output && catalogue.kinds.get(output)?.color) ?? "#888";
    },
    [catalogue],
  );
}

function Surface() {
  const { nodes, edges } = useComposed();
  const element = useRef<HTMLDivElement>(null);
  const changes = useFlowChanges();
  const connecting = useConnecting();
  const dropping = useDropping();
  const workflowId = useDocument((state) => state.workflowId);
  const viewport = useSession((state) => state.viewport);
  const tool = useSession((state) => state.tool);
  const readOnly = useReadOnly();
  const far = useStore((state) => state.transform[2] < FAR);
  const nearTypes = readOnly ? PAST_NODE_TYPES : NODE_TYPES;
  const untouched = viewport.x === 0 && viewport.y === 0 && viewport.zoom === 1;
  return (
    <section
      ref={element}
      className="canvas"
      aria-label="Canvas"
      data-tool={tool}
      data-far={far}
      {...dropping}
    >
      <ReactFlow
        key={`${workflowId} ${readOnly}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={far ? FAR_NODE_TYPES : nearTypes}
        edgeTypes={EDGE_TYPES}
        {...changes}
        {...connecting}
        connectionLineComponent={ConnectionLine}
        connectionRadius={28}
        defaultViewport={viewport}
        fitView={untouched || readOnly}
        fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
        minZoom={0.05}
        maxZoom={2.5}
        onInit={(flow) => setFlow(flow, element.current)}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        onMoveEnd={(_, at) => {
          useSession.setState({ viewport: at });
          if (workflowId !== null && !readOnly) rememberViewport(workflowId, at);
        }}
        onlyRenderVisibleElements={nodes.length > MANY}
        panOnScroll
        panOnDrag={tool === "pan" ? true : [1, 2]}
        selectionOnDrag={tool === "select"}
        selectionMode={SelectionMode.Partial}
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        proOptions={{ hideAttribution: true }}
      >
        <Furniture map={nodes.length > 0 && nodes.length <= MOST_IN_MINIMAP} />
      </ReactFlow>
      <Menus />
    </section>
  );
}

/** What is around the nodes; not drawn again for each frame of a drag. */
const Furniture = memo(function Furniture({ map }: { map: boolean }) {
  const color = useMiniMapColor();
  const later = useLater();
  return (
    <>
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} color="var(--dots)" />
      <Controls />
      {map && later && (
        <MiniMap
          className="minimap"
          pannable
          zoomable
          nodeColor={color}
          nodeBorderRadius={12}
          ariaLabel="Map of the workflow"
        />
      )}
    </>
  );
});

/** False until the nodes are on the screen. */
function useLater(): boolean {
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
      <AddMenu />
      <ConnectDialog />
    </>
  );
});
