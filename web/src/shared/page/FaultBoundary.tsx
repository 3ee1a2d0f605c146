import { Component, type ReactNode } from "react";
import { asFault } from "../api/fault";
import { FaultBand } from "./FaultBand";

/** FaultBoundary keeps a bug in one page from taking the shell with it. resetKey forgets the fault when it changes. */
export class FaultBoundary extends Component<{ resetKey: string; children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { resetKey: string }) {
    if (before.resetKey !== this.props.resetKey && this.state.error !== undefined) this.setState({ error: undefined });
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <FaultBand fault={asFault(this.state.error)} retry={() => this.setState({ error: undefined })} />;
  }
}
