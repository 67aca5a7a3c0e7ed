/** Drawing a connection: what is possible, why not, and what happens where it is dropped. */

import type {
  FinalConnectionState,
  IsValidConnection,
  OnConnectStart,
  OnReconnect,
} from "@xyflow/react";
import { useMemo } from "react";
import { connectionError, connectionWithNode, downstream, upstream } from "../graph/connect";
import { currentGraph } from "../stores/document";
import { currentCatalogue } from "../stores/server";
import { type ConnectionDrag, notify, useSession } from "../stores/session";
import { connectPorts, reconnectEdge } from "../editing/actions";
import type { CanvasEdge } from "../editing/flowElements";
import { editor } from "../sync/editor";

export function useConnectionHandlers() {
  return useMemo(
    () => ({
      onConnect: connectPorts,
      ...{ onConnectStart, onConnectEnd, isValidConnection, onReconnect },
    }),
    [],
  );
}

const isValidConnection: IsValidConnection<CanvasEdge> = (connection) =>
  connectionError(currentGraph(), currentCatalogue(), connection) === null;

const onConnectStart: OnConnectStart = (_, { nodeId, handleId, handleType }) => {
  if (!nodeId || !handleId || !handleType) return;
  const { edges } = currentGraph();
  const unreachable = handleType === "source" ? upstream(edges, nodeId) : downstream(edges, nodeId);
  useSession.setState({
    connectionDrag: { nodeId, handle: handleId, type: handleType, unreachable },
  });
};

const onReconnect: OnReconnect<CanvasEdge> = (edge, connection) =>
  reconnectEdge(edge.id, connection);

function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const { connectionDrag } = useSession.getState();
  useSession.setState({ connectionDrag: null });
  if (!connectionDrag || state.toNode || state.toHandle) return;
  const { clientX: x, clientY: y } =
    "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
  const element = document.elementFromPoint(x, y);
  const node = element?.closest<HTMLElement>(".react-flow__node-step");
  if (node?.dataset["id"] && node.dataset["id"] !== connectionDrag.nodeId) {
    connectWithNode(connectionDrag, node.dataset["id"]);
    return;
  }
  if (node || !element?.closest(".react-flow__pane")) return; // edges and groups leave room, too
  useSession.setState({
    addRequest: {
      screen: { x, y },
      position: editor.view.toCanvas({ x, y }),
      pointed: true,
      from: connectionDrag,
    },
  });
}

/** A line that ends on a node enters where it is most likely meant, or says why it cannot. */
function connectWithNode(from: ConnectionDrag, nodeId: string): void {
  const meant = connectionWithNode(currentGraph(), currentCatalogue(), from, nodeId);
  if ("connection" in meant) connectPorts(meant.connection);
  else notify(meant.error);
}
