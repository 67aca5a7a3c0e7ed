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
} from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import { StepView } from "../nodes/StepView";
import { useDocument, useReadOnly } from "../stores/document";
import { useCatalogue } from "../stores/server";
import { useSession } from "../stores/session";
import { rememberViewport } from "../sync/open";
import { AddMenu } from "./AddMenu";
import { Composer, type FlowNode } from "../edit/compose";
import { ConnectDialog } from "./ConnectDialog";
import { ConnectionLine } from "./ConnectionLine";
import { Controls } from "./Controls";
import { setFlow } from "../edit/flow";
import { FrameView } from "./FrameView";
import { PastStep } from "./PastStep";
import { useConnecting } from "./useConnecting";
import { useDropping } from "./useDropping";
import { useFlowChanges } from "./useFlowChanges";
import { WireView } from "./WireView";

const NODE_TYPES = { step: StepView, frame: FrameView };
const PAST_NODE_TYPES = { step: PastStep, frame: FrameView };
const EDGE_TYPES = { wire: WireView };
/** Above so many nodes only those in view are in the page; a minimap of more would be slow. */
const MANY = 150;
const MOST_IN_MINIMAP = 1000;

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
  const looks = useMemo(
    () => ({ selectedNodes, selectedEdges, sizes, dragged }),
    [selectedNodes, selectedEdges, sizes, dragged],
  );
  const nodes = useMemo(() => composer.nodes(graph, looks), [composer, graph, looks]);
  const edges = useMemo(() => composer.wiresOf(graph, looks), [composer, graph, looks]);
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
  const color = useMiniMapColor();
  const workflowId = useDocument((state) => state.workflowId);
  const viewport = useSession((state) => state.viewport);
  const tool = useSession((state) => state.tool);
  const readOnly = useReadOnly();
  const untouched = viewport.x === 0 && viewport.y === 0 && viewport.zoom === 1;
  return (
    <section ref={element} className="canvas" aria-label="Canvas" data-tool={tool} {...dropping}>
      <ReactFlow
        key={`${workflowId} ${readOnly}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={readOnly ? PAST_NODE_TYPES : NODE_TYPES}
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
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} color="var(--dots)" />
        <Controls />
        {nodes.length > 0 && nodes.length <= MOST_IN_MINIMAP && (
          <MiniMap
            className="minimap"
            pannable
            zoomable
            nodeColor={color}
            nodeBorderRadius={12}
            ariaLabel="Map of the workflow"
          />
        )}
      </ReactFlow>
      <AddMenu />
      <ConnectDialog />
    </section>
  );
}
