/** Drawing a connection: what is possible, why not, and what happens where it is dropped. */

import type {
  FinalConnectionState,
  IsValidConnection,
  OnConnectStart,
  OnReconnect,
} from "@xyflow/react";
import { useMemo } from "react";
import { downstream, upstream, whyNot } from "../graph/connect";
import { graphNow } from "../stores/document";
import { catalogueNow } from "../stores/server";
import { useSession } from "../stores/session";
import { connectHandles, reconnect } from "../editing/actions";
import type { WireEdge } from "../editing/flowElements";
import { toCanvas } from "../editing/viewport";

export function useConnecting() {
  return useMemo(
    () => ({
      onConnect: connectHandles,
      ...{ onConnectStart, onConnectEnd, isValidConnection, onReconnect },
    }),
    [],
  );
}

const isValidConnection: IsValidConnection<WireEdge> = (connection) =>
  whyNot(graphNow(), catalogueNow(), connection) === null;

const onConnectStart: OnConnectStart = (_, { nodeId, handleId, handleType }) => {
  if (!nodeId || !handleId || !handleType) return;
  const { edges } = graphNow();
  const closed = handleType === "source" ? upstream(edges, nodeId) : downstream(edges, nodeId);
  useSession.setState({ connecting: { nodeId, handle: handleId, type: handleType, closed } });
};

const onReconnect: OnReconnect<WireEdge> = (edge, connection) => reconnect(edge.id, connection);

function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const { connecting } = useSession.getState();
  useSession.setState({ connecting: null });
  if (!connecting || state.toNode || state.toHandle) return;
  const { clientX: x, clientY: y } =
    "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
  const over = document.elementFromPoint(x, y);
  if (!over?.matches(".react-flow__pane")) return;
  useSession.setState({ adding: { screen: { x, y }, flow: toCanvas({ x, y }), from: connecting } });
}
