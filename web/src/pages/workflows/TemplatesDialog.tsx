/** Templates over the list of workflows. */

import { Dialog } from "../../ui/Dialog";
import { Templates } from "./Templates";
import type { WorkflowActions } from "./useWorkflowActions";

interface TemplatesDialogProps {
  onClose: () => void;
  actions: WorkflowActions;
}

export default function TemplatesDialog({ onClose, actions }: TemplatesDialogProps) {
  return (
    <Dialog open onClose={onClose} title="Begin with" wide>
      <Templates actions={actions} />
    </Dialog>
  );
}
