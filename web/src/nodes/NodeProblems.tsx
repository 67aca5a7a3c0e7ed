/** What is wrong with a node, each with what to do. */

import { TriangleAlert } from "lucide-react";
import { useShallow } from "zustand/react/shallow";
import { useServer } from "../stores/server";

export function NodeProblems({ nodeId }: { nodeId: string }) {
  const problems = useServer(
    useShallow((state) => state.problems.filter((problem) => problem.nodeId === nodeId)),
  );
  if (problems.length === 0) return null;
  return (
    <ul className="problems" aria-label="What is missing">
      {problems.map((problem) => (
        <li key={problem.code + problem.message}>
          <TriangleAlert aria-hidden />
          {withoutName(problem.message)}
        </li>
      ))}
    </ul>
  );
}

/** Sentences begin with the name of the node, which stands right above. */
function withoutName(message: string): string {
  return message.replace(/^“[^”]*”: /, "");
}
