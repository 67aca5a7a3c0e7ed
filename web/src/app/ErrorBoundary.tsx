/**
 * Catches what goes wrong while drawing. The document and its unsaved edits live outside of
 * React, so nothing of them is lost: the part can be drawn again, or the change be undone.
 */

import { Component, type ReactNode } from "react";
import { buttonClass, Button } from "../ui/Button";

interface ErrorBoundaryProps {
  /** What may fail: "The editor". */
  part: string;
  /** More ways on, beside drawing it again; called with how to do that. */
  actions?: (again: () => void) => ReactNode;
  children: ReactNode;
}

interface ErrorBoundaryState {
  failure: string | null;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failure: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(): void {
    document.title = "Something broke – Nodeloom";
  }

  private readonly retry = () => this.setState({ failure: null });

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <div className="waiting" role="alert">
        <h1>{this.props.part} could not be drawn</h1>
        <p>
          That is a mistake of ours. Nothing of your work is lost: it is kept on this machine and on
          the server.
        </p>
        <p className="muted">
          <code>{failure}</code>
        </p>
        <div className="waiting__actions">
          <Button variant="primary" onClick={this.retry}>
            Draw it again
          </Button>
          {this.props.actions?.(this.retry)}
          <a href="/workflows" className={buttonClass("plain")}>
            All workflows
          </a>
        </div>
      </div>
    );
  }
}
