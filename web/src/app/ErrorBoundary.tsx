/**
 * Catches what goes wrong while drawing. The document and its unsaved edits live outside of
 * React, so nothing of them is lost: the part can be drawn again, or the change be undone.
 */

import { Component, type ReactNode } from "react";
import { buttonClass, Button } from "../ui/Button";

interface BoundaryProps {
  /** What may fail: "The editor". */
  what: string;
  /** More ways on, beside drawing it again; called with how to do that. */
  ways?: (again: () => void) => ReactNode;
  children: ReactNode;
}

interface BoundaryState {
  failure: string | null;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(): void {
    document.title = "Something broke – Nodeloom";
  }

  private readonly again = () => this.setState({ failure: null });

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <div className="waiting" role="alert">
        <h1>{this.props.what} could not be drawn</h1>
        <p>
          That is a mistake of ours. Nothing of your work is lost: it is kept on this machine and on
          the server.
        </p>
        <p className="muted">
          <code>{failure}</code>
        </p>
        <div className="waiting__ways">
          <Button look="primary" onClick={this.again}>
            Draw it again
          </Button>
          {this.props.ways?.(this.again)}
          <a href="/workflows" className={buttonClass("plain")}>
            All workflows
          </a>
        </div>
      </div>
    );
  }
}
