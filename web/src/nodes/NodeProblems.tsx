/** What is wrong with a node, and what is to be known of it, each with what to do. */

import { Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { useShallow } from "zustand/react/shallow";
import type { Problem } from "../generated/api";
import { withoutName } from "../graph/names";
import { useReadable } from "../stores/names";
import { useServer } from "../stores/server";

export function NodeProblems({ nodeId }: { nodeId: string }) {
  const problems = useServer(useShallow((state) => of(nodeId, state.problems)));
  const warnings = useServer(useShallow((state) => of(nodeId, state.warnings)));
  return (
    <>
      <List title="What is missing" icon={TriangleAlert} problems={problems} />
      <List title="What to know" icon={Info} problems={warnings} />
    </>
  );
}

function of(nodeId: string, problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => problem.nodeId === nodeId);
}

interface ListProps {
  title: string;
  icon: LucideIcon;
  problems: readonly Problem[];
}

function List({ title, icon: Icon, problems }: ListProps) {
  if (problems.length === 0) return null;
  return (
    <ul className="problems" aria-label={title}>
      {problems.map((problem) => (
        <li key={problem.code + problem.message}>
          <Icon aria-hidden />
          <Sentence text={withoutName(problem.message)} />
        </li>
      ))}
    </ul>
  );
}

function Sentence({ text }: { text: string }) {
  return useReadable(text);
}
