import { Component, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: unknown;
}

/** How browsers say that a part of the page, which they load when it is needed, could not be loaded. */
const missingPart = /dynamically imported module|Importing a module script failed/;

/** In place of a view that cannot be shown: what happened, and a way on. A class, because React has no hook for it. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override readonly state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="broken" role="alert">
        <p>{describe(error)}</p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return missingPart.test(message)
    ? 'A part of this page could not be loaded. The server may have a newer version of the page.'
    : `This view cannot be shown because of an error in the page: ${message}`;
}
